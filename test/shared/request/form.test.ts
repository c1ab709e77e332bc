import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeFormText, parseForm } from '../../../shared/request/form.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'

const MALFORMED: Reason = 'parameters-malformed'
const RULES = {
  malformed: MALFORMED,
  repeated: {
    client_id: 'client-repeated',
    code: 'code-repeated',
    scope: (parameters: ReadonlyMap<string, string>) =>
      parameters.get('code') === undefined ? 'refresh-scope-repeated' : 'scope-repeated',
  },
} as const
const KNOWN = Object.keys(RULES.repeated)

const parse = (text: string) => Object.fromEntries(parseForm(text, RULES).parameters)

function reasonOf(act: () => unknown): Reason | 'none' {
  try {
    act()
    return 'none'
  } catch (error) {
    if (error instanceof Refusal) return error.reason
    throw error
  }
}
const refusedFor = (text: string) => reasonOf(() => parseForm(text, RULES).parameters)

// eslint-disable-next-line no-control-regex -- what the form must not have
const printable = fc.string({ unit: 'binary' }).filter((text) => !/[\x00-\x1f\x7f]/.test(text))

test('parameters that URLSearchParams encodes are read back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...KNOWN), printable), (sent) => {
      const present = Object.entries(sent).filter(([, value]) => value !== '')
      expect(parse(new URLSearchParams(sent).toString())).toEqual(Object.fromEntries(present))
    }),
  )
})

test('parameters that encodeURIComponent encodes are read back, in any order', () => {
  const pairs = fc.uniqueArray(fc.tuple(fc.constantFrom(...KNOWN, 'foo', 'resource'), printable), {
    selector: ([name]) => name,
  })
  fc.assert(
    fc.property(pairs, (sent) => {
      const text = sent.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
      const expected = sent.filter(([name, value]) => KNOWN.includes(name) && value !== '')
      expect(parse(text)).toEqual(Object.fromEntries(expected))
    }),
  )
})

const piece = fc.oneof(
  fc.constantFrom('client_id', 'code', 'scope', '=', '&', '+', '%', '%2', '%41', '%00', '%C0%AF', '%FF'),
  fc.constantFrom('__proto__', 'constructor', '\ud800', '\n', '%ED%A0%80', 'é', '%C3%A9'),
  fc.string({ unit: 'binary', maxLength: 5 }),
)

test('every text is read as parameters or refused for a reason of the rules', () => {
  const reasons = [MALFORMED, 'client-repeated', 'code-repeated', 'scope-repeated', 'refresh-scope-repeated']
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const text = pieces.join('')
      const reason = refusedFor(text)
      if (reason !== 'none') expect(reasons).toContain(reason)
      else for (const name of parseForm(text, RULES).parameters.keys()) expect(KNOWN).toContain(name)
    }),
    { numRuns: 2_000 },
  )
})

test('no second decoding is possible: two texts with one reading have one value', () => {
  fc.assert(
    fc.property(printable, (value) => {
      fc.pre(value !== '')
      const twice = encodeURIComponent(encodeURIComponent(value))
      expect(parse(`code=${twice}`)).toEqual({ code: encodeURIComponent(value) })
    }),
  )
})

test.each([
  ['only a percent sign', 'code=%'],
  ['an escape that is cut', 'code=a%2'],
  ['an escape that is not hex', 'code=%zz'],
  ['a broken escape in a name', 'c%6=x'],
  ['a broken escape in an unknown parameter', 'foo=%&code=x'],
  ['a broken escape in the name of an unknown parameter', '%G0&code=x'],
  ['an overlong encoding of a slash', 'code=%C0%AF'],
  ['an overlong encoding of NUL', 'code=%C0%80'],
  ['an encoded surrogate', 'code=%ED%A0%80'],
  ['an encoded surrogate pair', 'code=%ED%A0%BD%ED%B8%80'],
  ['a code point beyond Unicode', 'code=%F4%90%80%80'],
  ['a lone continuation byte', 'code=%80'],
  ['a cut sequence', 'code=%E2%82'],
  ['Latin-1', 'code=%E9'],
  ['a lone high surrogate', 'code=\ud800'],
  ['a lone low surrogate beside an escape', 'code=%41\udc00'],
  ['a surrogate in a name', '\ud800=x'],
  ['NUL', 'code=%00'],
  ['a line break', 'code=a%0Ab'],
  ['a raw line break', 'code=a\nb'],
  ['a tab', 'code=a%09b'],
  ['DEL', 'code=%7F'],
  ['a control character in a name', 'co%0Dde=x'],
  ['a control character in an unknown parameter', 'foo=%1F'],
])('the whole form is refused for %s', (_what, text) => {
  expect(refusedFor(text)).toBe(MALFORMED)
  expect(refusedFor(`client_id=1&${text}`)).toBe(MALFORMED)
})

test.each([
  ['nothing', '', {}],
  ['only a name', 'code', {}],
  ['an empty value', 'code=', {}],
  ['only an equals sign', '=', {}],
  ['ampersands', '&&', {}],
  ['a value that holds an equals sign', 'code=a=b==', { code: 'a=b==' }],
  ['a plus as a space', 'scope=a+b', { scope: 'a b' }],
  ['an escaped plus as a plus', 'scope=a%2Bb', { scope: 'a+b' }],
  ['an escaped name', 'c%6Fde=x', { code: 'x' }],
  ['raw UTF-8', 'code=é😀', { code: 'é😀' }],
  ['a byte order mark as a character', 'code=%EF%BB%BFx', { code: '\ufeffx' }],
  ['a C1 control character, as RFC 6749 allows', 'code=%C2%85', { code: '\u0085' }],
  ['names in their own case', 'Code=x&CLIENT_ID=1', {}],
  ['names without trimming', ' code=x&code =y', {}],
  ['a semicolon as a character', 'code=a;client_id=1', { code: 'a;client_id=1' }],
  ['names of Object.prototype', '__proto__=x&constructor=y&toString=z&hasOwnProperty=w', {}],
  ['brackets as characters', 'code[]=x&code[0]=y', {}],
])('the form %s is read', (_what, text, expected) => {
  expect(parse(text)).toEqual(expected)
})

test.each([
  ['client_id=1&client_id=1', 'client-repeated'],
  ['client_id=1&client_id=2', 'client-repeated'],
  ['client_id=1&client_id=', 'client-repeated'],
  ['client_id=&client_id=', 'client-repeated'],
  ['client_id&client_id', 'client-repeated'],
  ['client_id=1&client%5Fid=1', 'client-repeated'],
  ['code=x&client_id=1&code=y&client_id=2', 'code-repeated'],
  ['scope=a&code=x&scope=b', 'scope-repeated'],
  ['scope=a&scope=b', 'refresh-scope-repeated'],
  ['code=x&code=y&foo=%', MALFORMED],
])('the form %s is refused: %s', (text, reason) => {
  expect(refusedFor(text)).toBe(reason)
})

test('unknown parameters are ignored, repeated or not', () => {
  expect(parse('foo=1&code=x&foo=2&__proto__=a&__proto__=b')).toEqual({ code: 'x' })
})

test('the line breaks of a certificate are ignored only in an unknown parameter', () => {
  const certificate = '-----BEGIN%20CERTIFICATE-----%0d%0AMII%2B%0A'
  expect(parse(`clientCertificate=${certificate}&code=x`)).toEqual({ code: 'x' })
  expect(refusedFor(`code=${certificate}`)).toBe(MALFORMED)
  expect(refusedFor(`client%0ACertificate=x&code=x`)).toBe(MALFORMED)
  expect(refusedFor(`clientCertificate=${certificate}%09&code=x`)).toBe(MALFORMED)
})

test.each([
  ['unknown ones', (i: number) => `p${i}=1`],
  ['the same one', () => 'p=1'],
  ['empty ones', () => ''],
])('a form may have 100 parameters and not 101, also %s', (_what, make) => {
  const form = (count: number) => Array.from({ length: count }, (_none, i) => make(i)).join('&')
  expect(refusedFor(form(100))).toBe('none')
  expect(refusedFor(form(101))).toBe(MALFORMED)
})

test('decoded form text is well-formed and has no control characters', () => {
  const text = fc.array(piecesOfText, { maxLength: 8 }).map((pieces) => pieces.join(''))
  fc.assert(
    fc.property(text, (sent) => {
      const decoded = decodeFormText(sent)
      if (decoded === undefined) return
      expect(decoded.isWellFormed()).toBe(true)
      // eslint-disable-next-line no-control-regex -- what must not be there
      expect(decoded).not.toMatch(/[\x00-\x1f\x7f]/)
    }),
    { numRuns: 1_000 },
  )
})

const piecesOfText = fc.oneof(
  fc.constantFrom('%', '+', '%2B', '%0A', '%ED%A0%80', '\ud83d', '\ude00', '%F0%9F%98%80', '\x7f'),
  fc.string({ unit: 'binary', maxLength: 3 }),
)
