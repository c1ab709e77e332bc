import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBasic } from '../../../shared/request/basic.ts'
import { httpRequest } from '../../support/http-request.ts'

const read = (...authorization: string[]) => readBasic(httpRequest({ headers: { authorization } }))
const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')

/** RFC 6749 appendix B. */
const formEncode = (text: string) => new URLSearchParams([[text, '']]).toString().slice(0, -1)

test.each([
  ['the example of RFC 6749 section 2.3.1', 's6BhdRkqt3', 'gX1fBat3bV', 'Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW'],
  ['an empty secret', 'a', '', `Basic ${base64('a:')}`],
  ['a secret with colons', 'a', 'b:c:', `Basic ${base64('a:b:c:')}`],
  ['a form-encoded colon in the id', 'a:b', 'c', `Basic ${base64('a%3Ab:c')}`],
  ['a plus as a space', 'a b', 'c d', `Basic ${base64('a+b:c+d')}`],
  ['raw UTF-8', 'é', 'ü', `Basic ${base64('é:ü')}`],
  ['a scheme in any case and several spaces', 'a', 'b', `bAsIC   ${base64('a:b')}`],
])('Basic reads %s', (_what, id, secret, header) => {
  expect(read(header)).toEqual({ id, secret })
})

test('Basic is absent without the header', () => {
  expect(read()).toBe('absent')
})

test.each([
  ['an empty header', ''],
  ['only the scheme', 'Basic'],
  ['the scheme and a space', 'Basic '],
  ['another scheme', `Bearer ${base64('a:b')}`],
  ['a scheme that starts alike', `Basically ${base64('a:b')}`],
  ['a tab after the scheme', `Basic\t${base64('a:b')}`],
  ['a space in front', ` Basic ${base64('a:b')}`],
  ['a space behind', `Basic ${base64('a:b')} `],
  ['a line break behind', `Basic ${base64('a:b')}\n`],
  ['a space inside', 'Basic YTpi YWJj'],
  ['base64url', `Basic ${base64('a:??>').replace('/', '_').replace('+', '-')}`],
  ['missing padding', 'Basic YTpiYw'],
  ['too much padding', 'Basic YTpi===='],
  ['padding in the middle', 'Basic YQ==OmI='],
  ['slack bits that are not zero', 'Basic YTpiY2Q='.replace('Q=', 'R=')],
  ['four slack bits that are not zero', 'Basic YTpiYx=='],
  ['characters that a lenient decoder skips', 'Basic YTpi!!!!'],
  ['no colon', `Basic ${base64('abc')}`],
  ['an empty id', `Basic ${base64(':b')}`],
  ['only a colon', `Basic ${base64(':')}`],
  ['bytes that are not UTF-8', `Basic ${base64(Buffer.from([0x61, 0x3a, 0xff]))}`],
  ['an overlong encoding', `Basic ${base64(Buffer.from([0x61, 0x3a, 0xc0, 0xaf]))}`],
  ['a broken escape in the id', `Basic ${base64('%:b')}`],
  ['a broken escape in the secret', `Basic ${base64('a:%zz')}`],
  ['a control character', `Basic ${base64('a:b\n')}`],
  ['an encoded control character', `Basic ${base64('a%00:b')}`],
  ['two credentials in one header', `Basic ${base64('a:b')},Basic ${base64('a:b')}`],
  ['credentials and a parameter', `Basic ${base64('a:b')}, realm="x"`],
])('Basic is malformed with %s', (_what, header) => {
  expect(read(header)).toBe('malformed')
})

test('Basic is malformed in two headers, also when they are equal', () => {
  const header = `Basic ${base64('a:b')}`
  expect(read(header, header)).toBe('malformed')
  expect(read(header, '')).toBe('malformed')
})

// eslint-disable-next-line no-control-regex -- what credentials must not have
const printable = fc.string({ unit: 'binary' }).filter((text) => !/[\x00-\x1f\x7f]/.test(text))

test('every form-encoded pair is read back', () => {
  fc.assert(
    fc.property(printable, printable, (id, secret) => {
      fc.pre(id !== '')
      const header = `Basic ${base64(`${formEncode(id)}:${formEncode(secret)}`)}`
      expect(read(header)).toEqual({ id, secret })
    }),
  )
})

test('one pair of credentials has one header, except for the case and spaces of the scheme', () => {
  const tail = fc.string({ unit: fc.constantFrom(...Array.from('ABCQRSwxyz0189+/=')), maxLength: 6 })
  const text = tail.map((end) => `YTpi${end}`)
  fc.assert(
    fc.property(text, (encoded) => {
      const credentials = read(`Basic ${encoded}`)
      if (typeof credentials === 'string') return
      expect(Buffer.from(encoded, 'base64').toString('base64')).toBe(encoded)
    }),
    { numRuns: 2_000 },
  )
})

test('reading Basic never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array(), (text, bytes) => {
      for (const header of [text, `Basic ${text}`, `Basic ${base64(Buffer.from(bytes))}`]) {
        expect(['absent', 'malformed', 'object']).toContain(
          typeof read(header) === 'object' ? 'object' : read(header),
        )
      }
    }),
  )
})
