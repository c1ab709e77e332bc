import fc from 'fast-check'
import { readBasic } from '../../shared/request/basic.ts'
import { readToken } from '../../shared/request/bearer.ts'
import { readCompactJws } from '../../shared/request/compact-jws.ts'
import { readParameters } from '../../shared/request/form.ts'
import { parseScope } from '../../shared/request/scope.ts'
import { parseJsonObject } from '../../shared/request/strict-json.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { readIdentifier } from '../../shared/token/jwt-identifier.ts'
import { parseResources } from '../../shared/token/resource.ts'
import {
  locateIdentifier,
  locateOpaque,
  locateRefreshToken,
  locateTokenId,
} from '../../shared/token/token-string.ts'
import { httpRequest } from '../support/http-request.ts'
import { repeatsMember } from './second-json-parser.ts'
import { require, type Target, unlessRefused } from './target.ts'

const join = (parts: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(parts, { maxLength }).map((list) => list.join(''))

const space = fc.constantFrom('', '', '', ' ', '\n', '\t \r')
const string = fc.oneof(
  fc.constantFrom('"a"', '"b"', '"\\u0061"', '"a\\""', '"\\\\"', '"{"', '"}"', '"[:"', '""', '" :"', '"\\/"'),
  fc.constantFrom('"\\u00e9"', '"é"', '"__proto__"', '"a\\\\"'),
  fc.string({ maxLength: 4 }).map((text) => JSON.stringify(text)),
)
const { object } = fc.letrec<{ value: string; object: string }>((tie) => {
  const list = (item: fc.Arbitrary<string>, open: string, close: string) =>
    fc
      .tuple(space, fc.array(item, { maxLength: 3 }), space)
      .map(([before, items, after]) => `${open}${before}${items.join(`${after},${before}`)}${after}${close}`)
  const member = fc.tuple(string, space, space, tie('value')).map((parts) => {
    const [name, before, after, value] = parts
    return `${name}${before}:${after}${value}`
  })
  return {
    object: list(member, '{', '}'),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.oneof(string, fc.constantFrom('1', '-0', '1e3', '1e400', '12345678901234567890', 'true', 'null')),
      list(tie('value'), '[', ']'),
      tie('object'),
    ),
  }
})

const json: Target = {
  name: 'json',
  runs: 3_000,
  input: fc.oneof(
    object,
    object,
    join(fc.oneof(object, fc.constantFrom('{', '}', '[', ']', ',', '"', '\\', '\ud800')), 4),
  ),
  check: (input) => {
    const text = input as string
    const read = parseJsonObject(Buffer.from(text))
    const other = parsed(Buffer.from(text).toString())
    const isObject = typeof other === 'object' && other !== null && !Array.isArray(other)
    const unambiguous = isObject && !repeatsMember(Buffer.from(text).toString())
    require((read !== undefined) ===
      unambiguous, `${read === undefined ? 'refused' : 'read'} unlike the second parser`)
    // A V8 of Node 24 reads the name `a"`, written `"a\\""`, as `a\\` once it has read an object with that name.
    if (read !== undefined && !text.includes('\\'))
      require(JSON.stringify(read) === JSON.stringify(other), 'another value')
  },
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const RULES = {
  malformed: 'parameters-malformed',
  repeated: { code: 'code-repeated', a: 'code-repeated' },
  repeatable: ['resource'],
} as const
const formPart = fc.oneof(
  fc.constantFrom(
    'a',
    'code',
    'resource',
    '__proto__',
    'x',
    'é',
    '=',
    '=',
    '=',
    '&',
    '&',
    '+',
    '%',
    '%41',
    '%3d',
    '%26',
  ),
  fc.constantFrom('%00', '%0A', '%ff', '%c3%a9', '%ed%a0%80', '\0', '\ud800', '%252B', ';', '#', '?'),
)

const forms: Target = {
  name: 'form',
  runs: 4_000,
  input: join(formPart, 16),
  check: async (input) => {
    const text = input as string
    const form = await unlessRefused([Refusal], () => readParameters(text, RULES))
    if (form === undefined) return
    const other = new URLSearchParams(text.startsWith('?') ? `&${text}` : text)
    for (const name of ['a', 'code']) {
      const values = other.getAll(name)
      require(form.repeated.has(name) === values.length > 1, `${name} is there ${values.length} times`)
      const value = values.at(-1) ?? ''
      require((form.parameters.get(name) ?? '') ===
        value, `${name} is ${JSON.stringify(value)} for URLSearchParams`)
    }
    const resources = other.getAll('resource').filter((value) => value !== '')
    require(JSON.stringify(form.repeatable.get('resource')) === JSON.stringify(resources), 'other resources')
  },
}

const encode = (text: string) => Buffer.from(text).toString('base64url')
const jwsPart = fc.oneof(
  fc.constantFrom('.', '.', '.', '=', '+', 'A', 'AA', 'AB', '', ' '),
  object.map(encode),
  fc
    .record(
      {
        alg: fc.constantFrom('none', 'HS256', 'ES256', 'RS256', 'EdDSA', 'ES256K', ''),
        kid: fc.constantFrom<unknown>('k1', 1, [], '__proto__'),
        crit: fc.constantFrom<unknown>([], ['b64']),
        jti: fc.constantFrom<unknown>('x', '', null, 1, {}),
      },
      { requiredKeys: [] },
    )
    .map((header) => encode(JSON.stringify(header))),
)

const jws: Target = {
  name: 'jws',
  runs: 3_000,
  input: fc.oneof(
    fc.tuple(jwsPart, jwsPart, jwsPart).map((parts) => parts.join('.')),
    join(jwsPart, 6),
  ),
  check: (input) => {
    const text = input as string
    const read = readCompactJws(text)
    readIdentifier(text)
    if (read === undefined) return
    const parts = text.split('.')
    require(parts.length === 3, `${parts.length} parts`)
    const [header, payload] = parts.map((part) => Buffer.from(part, 'base64url'))
    require(JSON.stringify(parsed(String(header))) === JSON.stringify(read.header), 'another header')
    require(payload?.equals(read.payload) === true, 'another payload')
  },
}

const token = fc.constantFrom(
  'A'.repeat(72),
  'A'.repeat(88),
  'A'.repeat(52),
  `${'A'.repeat(29)}B`,
  'A'.repeat(30),
)
const headerPart = fc.oneof(
  fc.constantFrom(
    'Bearer ',
    'Basic ',
    'bearer',
    ' ',
    ',',
    '=',
    ':',
    '%',
    '%3A',
    '\0',
    'é',
    '\n',
    'YTpi',
    'YQ==',
    'Og==',
  ),
  fc.constantFrom('https://rs.example/', 'read', '  ', '#', '\u2028'),
  token,
)

const headers: Target = {
  name: 'header',
  runs: 4_000,
  input: fc.array(join(headerPart, 5), { maxLength: 2 }),
  check: (input) => {
    const values = input as string[]
    const bearer = readToken(values, ['bearer'])
    if (typeof bearer === 'object')
      require(values.length === 1 && values[0]?.includes(bearer.token) === true, 'another token')
    const basic = readBasic({ ...httpRequest({}), headers: new Map([['authorization', values]]) })
    if (typeof basic === 'object')
      require(values.length === 1 && basic.id !== '', 'credentials of two headers, or without a name')
    const scopes = parseScope(values.join(' '))
    if (scopes !== 'malformed')
      require(scopes.every((scope) => /^[!-~]+$/.test(scope)), 'a scope outside of the grammar')
    const resources = parseResources(values)
    if (resources !== 'malformed')
      require(resources.every((uri) => URL.canParse(uri)), 'a resource that is not a URI')
    for (const text of values) locateAll(text)
  },
}

function locateAll(text: string): void {
  const lengths = [
    [locateOpaque(text), 72],
    [locateRefreshToken(text), 88],
    [locateIdentifier(text), 52],
    [locateTokenId(text), 30],
  ] as const
  for (const [located, length] of lengths) {
    if (located !== undefined) require(text.length === length, `located by ${text.length} characters`)
  }
}

export const TEXT_TARGETS = [json, forms, jws, headers]
