import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSubject } from '../../../shared/certificate/names.ts'
import { MalformedCertificate, readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import {
  matchesSan,
  type SubjectAlternativeNames,
} from '../../../shared/certificate/subject-alternative-names.ts'
import { builtCertificate, element } from '../../support/built-certificate.ts'
import { certificatePem } from '../../support/vectors.ts'
import { listedNames, registeredNames, SAN_KINDS } from './listed-names.ts'

const NONE: SubjectAlternativeNames = { dns: [], uri: [], email: [], ip: [] }
const read = async (name: string) => (await readSubject(readCertificate(certificatePem(name)) as Der)).san

const SAN = '2.5.29.17'
/** The names of a certificate whose SubjectAltName holds these elements. */
const namesOf = async (...elements: Buffer[]) =>
  (
    await readSubject(
      await builtCertificate({ extensions: [{ oid: SAN, value: element(0x30, ...elements) }] }),
    )
  ).san

test.each(listedNames)('$name has the names that OpenSSL lists', async ({ name, san }) => {
  const { dns, uri, email, ip } = await read(name)
  expect({ dns, uri, email }).toEqual({ dns: san.dns, uri: san.uri, email: san.email })
  expect(ip).toHaveLength(san.ip.length)
  for (const address of san.ip) expect(matchesSan('ip', address, { ...NONE, ip })).toBe(true)
})

test('names of other kinds are left out', async () => {
  const other = [
    element(0xa0, element(0x06, '\x2a\x03'), element(0xa0, element(0x0c, 'upn@example.com'))),
    element(0xa3, element(0x30)),
    element(0xa4, element(0x30)),
    element(0x88, '\x2a\x03\x04'),
  ]
  expect(await namesOf(...other)).toEqual(NONE)
  expect(await namesOf(...other, element(0x82, 'a.example'))).toEqual({ ...NONE, dns: ['a.example'] })
})

test.each([
  ['a dNSName beyond IA5', element(0x82, 'm\xfcnchen.example')],
  ['an rfc822Name in UTF-8', element(0x81, 'zo\xc3\xab@example.com')],
  ['a URI beyond IA5', element(0x86, 'https://example.com/\xff')],
  ['an address of five bytes', element(0x87, '\x01\x02\x03\x04\x05')],
  ['an address with its mask', element(0x87, '\xc0\x00\x02\x00\xff\xff\xff\x00')],
  ['an address without bytes', element(0x87)],
  ['a constructed dNSName', element(0xa2, element(0x16, 'a.example'))],
])('%s is left out, and the rest is kept', async (_name, entry) => {
  expect(await namesOf(entry, element(0x82, 'a.example'))).toEqual({ ...NONE, dns: ['a.example'] })
})

test('a name is not cut at NUL', async () => {
  const san = await namesOf(element(0x82, 'good.example\0.evil.test'))
  expect(san.dns).toEqual(['good.example\0.evil.test'])
  expect(matchesSan('dns', 'good.example', san)).toBe(false)
  expect(matchesSan('dns', 'good.example\0.evil.test', san)).toBe(false)
})

test('an unknown critical extension does not matter for names', async () => {
  const unknown = { oid: '1.3.6.1.4.1.99999.2', value: Buffer.of(0xff), critical: true } as const
  const san = { oid: SAN, value: element(0x30, element(0x82, 'a.example')) }
  const { san: read } = await readSubject(await builtCertificate({ extensions: [unknown, san] }))
  expect(read.dns).toEqual(['a.example'])
})

test.each([
  ['two extensions of alternative names', [element(0x30), element(0x30)]],
  ['alternative names that are not a sequence', [element(0x31, element(0x82, 'a.example'))]],
  ['a byte after the alternative names', [Buffer.concat([element(0x30), Buffer.of(0)])]],
  ['alternative names that are cut short', [element(0x30, element(0x82, 'a')).subarray(0, -1)]],
  ['no alternative names in the extension', [Buffer.alloc(0)]],
])('names with %s are refused', async (_name, values) => {
  const der = await builtCertificate({ extensions: values.map((value) => ({ oid: SAN, value })) })
  await expect(readSubject(der)).rejects.toThrow(new MalformedCertificate('not-a-certificate'))
})

test.each(registeredNames)(
  'whether $kind $value names $name is $matches',
  async ({ kind, value, name, matches }) => {
    expect(matchesSan(kind, value, await read(name))).toBe(matches)
  },
)

test('the common name does not replace a name', async () => {
  expect(matchesSan('dns', 'p384', await read('client-ec-p384'))).toBe(false)
  expect(matchesSan('dns', 'ip6', await read('san-ip6'))).toBe(false)
})

test.each(SAN_KINDS)('an empty %s matches nothing, not even an empty name', (kind) => {
  expect(matchesSan(kind, '', { ...NONE, [kind]: [''] })).toBe(false)
})

test.each([
  ['dns', 'a b.example'],
  ['uri', 'no scheme'],
  ['email', 'example.com'],
  ['ip', '192.0.2.010'],
] as const)('a malformed %s matches nothing, not even itself', (kind, text) => {
  expect(matchesSan(kind, text, { ...NONE, [kind]: [text] })).toBe(false)
})

test.each([
  ['dns', 'kelvin.example', '\u212aelvin.example'],
  ['email', 'ops@kelvin.example', 'ops@\u212aelvin.example'],
] as const)('%s folds only ASCII letters', (kind, registered, name) => {
  expect(matchesSan(kind, registered, { ...NONE, [kind]: [name] })).toBe(false)
  expect(matchesSan(kind, name, { ...NONE, [kind]: [registered] })).toBe(false)
})

test('every spelling of an address is that address, and of no other', () => {
  const bytes = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((array) => Buffer.from(array))
  const sparse = fc.tuple(bytes, fc.nat(0xffff)).map(([buffer, mask]) =>
    // Runs of zero groups are what `::` is about.
    buffer.map((byte, i) => ((mask >> i) & 1 ? byte : 0)),
  )
  fc.assert(
    fc.property(sparse, fc.boolean(), fc.boolean(), (address, upper, dotted) => {
      const hex = Buffer.from(address).toString('hex')
      const groups = hex.match(/.{4}/g) ?? []
      const tail = dotted ? [[...address.subarray(12)].join('.')] : groups.slice(6)
      const full = [...groups.slice(0, 6), ...tail].join(':')
      const canonical = new URL(`http://[${full}]`).hostname.slice(1, -1)
      for (const text of [full, canonical]) {
        const spelled = upper ? text.toUpperCase() : text
        expect(matchesSan('ip', spelled, { ...NONE, ip: [hex] })).toBe(true)
        expect(matchesSan('ip', spelled, { ...NONE, ip: [hex.slice(24), `${hex}00`] })).toBe(false)
      }
    }),
  )
})
