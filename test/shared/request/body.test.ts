import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { listMember, readCall, readForm } from '../../../shared/request/body.ts'
import { httpRequest } from '../../support/http-request.ts'

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

const request = (body: string | Buffer, ...types: string[]) =>
  httpRequest({ headers: { 'content-type': types }, body })

const Call = z.object({
  token: z.optional(z.string()),
  count: z.optional(z.number()),
  flag: z.optional(z.boolean()),
  scopes: z.optional(listMember),
})
const call = (body: string | Buffer, ...types: string[]) =>
  readCall(request(body, ...(types.length === 0 ? [JSON_TYPE] : types)), Call)
const refusedFor = (reason: string, named?: string) =>
  expect.objectContaining({ reason, options: named === undefined ? {} : { named } }) as Error

const NOT_UTF8 = [
  ['a lone 0xFF', [0xff]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['a cut sequence', [0xe2, 0x82]],
  ['Latin-1', [0xe9]],
] as const

test.each([
  FORM,
  `${FORM};charset=UTF-8`,
  `${FORM} ; charset=utf-8; x=y`,
  'Application/X-WWW-Form-URLEncoded',
  ` ${FORM} `,
  `${FORM};`,
])('a form may have the media type %j', (type) => {
  expect(readForm(request('a=b&c=%41', type))).toBe('a=b&c=%41')
})

test.each([
  [[]],
  [['']],
  [[JSON_TYPE]],
  [['multipart/form-data; boundary=x']],
  [['text/plain']],
  [['application/x-www-form']],
  [[`${FORM}x`]],
  [[`${FORM},${FORM}`]],
  [[`${JSON_TYPE}; ${FORM}`]],
  [[FORM, FORM]],
  [[FORM, JSON_TYPE]],
])('a form may not have the media types %j', (types) => {
  expect(() => readForm(request('a=b', ...types))).toThrow(refusedFor('body-malformed'))
})

test('a form may be empty', () => {
  expect(readForm(request('', FORM))).toBe('')
})

test('a form may have 64 KiB and not a byte more, before anything else is read', () => {
  expect(readForm(request('a'.repeat(65_536), FORM))).toHaveLength(65_536)
  expect(() => readForm(request('a'.repeat(65_537), FORM))).toThrow(refusedFor('body-too-large'))
  expect(() => readForm(request(Buffer.alloc(65_537, 0xff), JSON_TYPE))).toThrow(refusedFor('body-too-large'))
})

test('the limit of a form counts bytes, not characters', () => {
  expect(() => readForm(request('é'.repeat(32_769), FORM))).toThrow(refusedFor('body-too-large'))
})

test.each(NOT_UTF8)('a form with %s is refused', (_what, bytes) => {
  const body = Buffer.concat([Buffer.from('a='), Buffer.from(bytes)])
  expect(() => readForm(request(body, FORM))).toThrow(refusedFor('body-malformed'))
})

test.each([JSON_TYPE, 'application/json; charset=utf-8', 'APPLICATION/JSON'])(
  'JSON of %s is a call',
  (type) => {
    const members = { token: 'é"\n', count: 1, flag: false, scopes: ['a', 'b'] }
    expect(call(JSON.stringify(members), type)).toEqual(members)
  },
)

test('JSON needs no content type to be a call', () => {
  expect(readCall(request('{"token":"x"}'), Call)).toEqual({ token: 'x' })
})

test('null, empty text and zero count as absent, because clients write all members of their objects', () => {
  expect(call('{"token":null,"count":0,"flag":null,"scopes":""}')).toEqual({})
  expect(call('{"token":"","count":null,"scopes":0}')).toEqual({})
  expect(call('{"count":-0,"flag":0,"token":0}')).toEqual({})
})

const TEXTS = ['subject', 'clientId', 'clientIdentifier', 'token', 'ticket'] as const
const Texts = z.partial(z.object({ ...namedBy(TEXTS), name: z.string() }))
const texts = (body: string) => readCall(request(body, JSON_TYPE), Texts)

test.each(TEXTS)('an integer in %s is its decimal text', (name) => {
  expect(texts(`{"${name}":1}`)).toEqual({ [name]: '1' })
  expect(texts(`{"${name}":-7}`)).toEqual({ [name]: '-7' })
  expect(texts(`{"${name}":9007199254740991}`)).toEqual({ [name]: '9007199254740991' })
})

test('0 is the subject "0", and counts as absent in every other member', () => {
  expect(texts('{"subject":0}')).toEqual({ subject: '0' })
  expect(texts('{"subject":-0}')).toEqual({ subject: '0' })
  expect(texts('{"clientId":0,"clientIdentifier":0,"token":0,"ticket":0,"name":0}')).toEqual({})
})

test.each(TEXTS)('a fraction and an integer that is not exact are refused in %s', (name) => {
  for (const value of ['1.5', '-0.1', '9007199254740992', '-9007199254740992', '1e400', '[1]', 'false']) {
    expect(() => texts(`{"${name}":${value}}`), value).toThrow(refusedFor('member-wrong', name))
  }
})

test('an integer in text of any other name is refused', () => {
  expect(() => texts('{"name":1}')).toThrow(refusedFor('member-wrong', 'name'))
})

test('false and the empty list are kept', () => {
  expect(call('{"flag":false,"scopes":[]}')).toEqual({ flag: false, scopes: [] })
})

test('unknown members are ignored', () => {
  expect(call('{"token":"x","unknown":{"a":[1]},"__proto__":{"count":5},"constructor":1}')).toEqual({
    token: 'x',
  })
})

test.each([
  ['{"token":1.5}', 'token'],
  ['{"token":true}', 'token'],
  ['{"token":["x"]}', 'token'],
  ['{"token":{"toString":"x"}}', 'token'],
  ['{"count":"1"}', 'count'],
  ['{"flag":"true"}', 'flag'],
  ['{"scopes":5}', 'scopes'],
  ['{"scopes":{"0":"a"}}', 'scopes'],
  ['{"scopes":["a",null]}', 'scopes'],
  ['{"scopes":[["a"]]}', 'scopes'],
])('a call with %s is refused by the name of the member', (body, named) => {
  expect(() => call(body)).toThrow(refusedFor('member-wrong', named))
})

test.each(['', ' ', 'x', '{', '{}x', '{"token":"x",}', "{'token':'x'}", 'null', '1', '"x"', '[]', 'true'])(
  'the body %j is refused',
  (body) => {
    expect(() => call(body)).toThrow(refusedFor('body-malformed'))
  },
)

test('a byte order mark is refused', () => {
  expect(() => call('\ufeff{}')).toThrow(refusedFor('body-malformed'))
})

test('the error does not quote the body', () => {
  const error = attempt(() => call('{"token":"s3cret'))
  expect(error).toBeInstanceOf(Refusal)
  expect(`${error?.stack ?? ''}${JSON.stringify(error)}`).not.toContain('s3cret')
  expect(error?.cause).toBeUndefined()
})

test.each(NOT_UTF8)('a call with %s is refused', (_what, bytes) => {
  const body = (start: string, end: string) =>
    Buffer.concat([Buffer.from(start), Buffer.from(bytes), Buffer.from(end)])
  expect(() => call(body('{"token":"', '"}'))).toThrow(refusedFor('body-malformed'))
  expect(() => call(body('token=', ''), FORM)).toThrow(refusedFor('body-malformed'))
})

test('a call may have 256 KiB and not a byte more', () => {
  const body = (bytes: number) => `{"token":"${'a'.repeat(bytes - 12)}"}`
  expect(call(body(262_144)).token).toHaveLength(262_132)
  expect(() => call(body(262_145))).toThrow(refusedFor('body-too-large'))
  expect(() => call('a'.repeat(262_145), FORM)).toThrow(refusedFor('body-too-large'))
})

test('reading a call of any bytes throws only refusals', () => {
  const text = fc.oneof(fc.json(), fc.string({ unit: 'binary' }), fc.constantFrom('{"token":', 'a=%', '&&'))
  fc.assert(
    fc.property(fc.oneof(text, fc.uint8Array()), fc.constantFrom(JSON_TYPE, FORM, 'x'), (body, type) => {
      const error = attempt(() => call(Buffer.from(body as string), type))
      if (error !== undefined) expect(['body-malformed', 'member-wrong']).toContain((error as Refusal).reason)
    }),
    { numRuns: 500 },
  )
})

const form = (body: string) => call(body, `${FORM}; charset=utf-8`)

test('a form of a call is read as text, and as lists with spaces between', () => {
  expect(form('token=a%2Bb+c&scopes=a+b%20c')).toEqual({ token: 'a+b c', scopes: ['a', 'b', 'c'] })
  expect(form('scopes=++a++b+')).toEqual({ scopes: ['a', 'b'] })
})

test('a form of a call keeps the line breaks of a certificate', () => {
  expect(form('token=-----BEGIN%0AMII%2B%0D%0A')).toEqual({ token: '-----BEGIN\nMII+\r\n' })
})

test.each(['', 'token=', 'token', 'token=&scopes=', '=', 'foo=bar'])(
  'the form %j is an empty call',
  (body) => {
    expect(form(body)).toEqual({})
  },
)

test.each([
  ['a member twice', 'token=a&token=b'],
  ['a member twice and empty', 'token=a&token='],
  ['an unknown member twice', 'foo=a&foo=b'],
  ['a broken escape', 'token=%zz'],
  ['a broken escape in a name', '%=a'],
  ['an overlong encoding', 'token=%C0%AF'],
  ['an encoded surrogate', 'token=%ED%A0%80'],
  ['a control character in a name', 'to%00ken=a'],
])('a form of a call with %s is refused', (_what, body) => {
  expect(() => form(body)).toThrow(refusedFor('body-malformed'))
})

test('numbers and flags in a form are refused as members of the wrong type', () => {
  expect(() => form('count=1')).toThrow(refusedFor('member-wrong', 'count'))
  expect(() => form('flag=true')).toThrow(refusedFor('member-wrong', 'flag'))
})

test('only the media type makes a call a form', () => {
  expect(() => call('token=a', JSON_TYPE)).toThrow(refusedFor('body-malformed'))
  expect(form('{"token":"a"}')).toEqual({})
})

test('names of Object.prototype are members like others', () => {
  expect(form('__proto__=a&constructor=b&token=c')).toEqual({ token: 'c' })
})

function namedBy<Name extends string>(names: readonly Name[]): Record<Name, z.ZodMiniString> {
  return Object.fromEntries(names.map((name) => [name, z.string()])) as Record<Name, z.ZodMiniString>
}

function attempt(act: () => unknown): Error | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return error as Error
  }
}
