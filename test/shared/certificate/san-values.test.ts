import fc from 'fast-check'
import { isIP } from 'node:net'
import { expect, test } from 'vitest'
import {
  isSanValue,
  matchesSan,
  type SubjectAlternativeNames,
} from '../../../shared/certificate/subject-alternative-names.ts'
import { registeredNames } from './listed-names.ts'

const NONE: SubjectAlternativeNames = { dns: [], uri: [], email: [], ip: [] }

test.each(registeredNames.filter(({ matches }) => matches))('$kind may be $value', ({ kind, value }) => {
  expect(isSanValue(kind, value)).toBe(true)
})

const label = 'a'.repeat(63)
test.each([
  ['dns', 'localhost'],
  ['dns', '_service.example'],
  ['dns', `${label}.${label}.${label}.${'a'.repeat(61)}`],
  ['uri', 'urn:x'],
  ['uri', 'https://example.com/%41#a'],
  ['email', `${'a'.repeat(64)}@example.com`],
  ['email', "o'neil+x@example.com"],
  ['ip', '0.0.0.0'],
  ['ip', '::'],
  ['ip', '::1.2.3.4'],
] as const)('%s may be %s', (kind, text) => {
  expect(isSanValue(kind, text)).toBe(true)
})

test.each([
  ...['', '.', 'a.', '.a', 'a..b', '-a', 'a-', '*', '*.', 'a.*', '*a.example', '*.*.example', 'a b', 'a\0'],
  ...['192.0.2.10', 'münchen.example', 'https://a', 'a:443', `${label}a`, ' a', 'a\n', 'a/24', '[::1]'],
  `${label}.${label}.${label}.${'a'.repeat(62)}`,
])('dns may not be %j', (text) => {
  expect(isSanValue('dns', text)).toBe(false)
})

test.each([
  ...['', 'example.com', '/path', '//host', ':', 'https:', '1a:b', 'a b:c', 'a:b c', 'a:\0', 'a:é', 'a:%4'],
  ...['a:%zz', 'a:"', 'a:<b>', 'a:\\', 'a:b\n', `a:${'b'.repeat(2047)}`],
])('uri may not be %j', (text) => {
  expect(isSanValue('uri', text)).toBe(false)
})

test.each([
  ...['', '@', 'a@', '@a', 'a', 'a@b@c', 'a b@c', 'a.@b', '.a@b', 'a..b@c', '"a"@b', 'a@[192.0.2.1]', 'a@b.'],
  ...['a@192.0.2.1', 'a@*.b', 'é@b', 'a@é', 'mailto:a@b', 'A <a@b>', 'a@b\n', `${'a'.repeat(65)}@b`],
  `${'a'.repeat(64)}@${label}.${label}.${label}`,
])('email may not be %j', (text) => {
  expect(isSanValue('email', text)).toBe(false)
})

test.each([
  ...[
    ...['', '1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '1.2.3.256', '0x1.2.3.4', '1.2.3.4 ', '1.2.3.4/32'],
    ...['1.2.3.+4'],
  ],
  ...[
    ...[':', ':::', '1::2::3', '12345::', '::1%1', '::1%', '[::1]', '::1/128', '1:2:3:4:5:6:7', '::g'],
    ...['::1.2.3.04'],
  ],
  ...['1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '::ffff:1.2.3', '1.2.3.4::', '١.٢.٣.٤'],
])('ip may not be %j', (text) => {
  expect(isSanValue('ip', text)).toBe(false)
})

test('an address is taken only if the system takes it', () => {
  const text = fc.oneof(fc.stringMatching(/^[0-9a-f:.%]{0,24}$/), fc.ipV4(), fc.ipV6(), fc.ipV4Extended())
  fc.assert(
    fc.property(text, (value) => {
      expect(isSanValue('ip', value)).toBe(isIP(value) !== 0 && !value.includes('%'))
    }),
    { numRuns: 1_000 },
  )
})

test('a value that is taken matches a certificate that has it', () => {
  const text = fc.oneof(fc.string({ maxLength: 12 }), fc.domain(), fc.emailAddress(), fc.webUrl())
  fc.assert(
    fc.property(text, fc.constantFrom('dns', 'uri', 'email'), (value, kind) => {
      expect(matchesSan(kind, value, { ...NONE, [kind]: [value] })).toBe(isSanValue(kind, value))
    }),
    { numRuns: 500 },
  )
})
