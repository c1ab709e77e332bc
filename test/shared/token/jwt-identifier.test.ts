import { generateKeyPairSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { readIdentifier } from '../../../shared/token/jwt-identifier.ts'
import { signJwt } from '../../../shared/token/sign.ts'
import { load } from '../../support/vectors.ts'

const article = load(
  'article/access-token.json',
  z.looseObject({ token: z.string(), payload: z.looseObject({ jti: z.string() }) }),
)

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const jwt = (header: unknown, payload: unknown, signature = 'c2ln') =>
  `${part(header)}.${part(payload)}.${signature}`

test('the jti of a JWT of our own is read', () => {
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signed = signJwt('at+jwt', { jti: 'x' }, { alg: 'ES256', kid: '1', key })
  expect(readIdentifier(signed)).toEqual({ jti: 'x' })
})

test('the jti of the article is read', () => {
  expect(readIdentifier(article.token)).toEqual({ jti: article.payload.jti })
})

test.each([
  ...['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'EdDSA', 'Ed25519'],
])('the identifier of a JWT with %s is read', (alg) => {
  expect(readIdentifier(jwt({ alg }, { jti: 'x' }))).toEqual({ jti: 'x' })
})

test.each([
  ['alg none', jwt({ alg: 'none' }, { jti: 'x' })],
  ['alg none without a signature', jwt({ alg: 'none' }, { jti: 'x' }, '')],
  ['alg nOnE', jwt({ alg: 'nOnE' }, { jti: 'x' })],
  ['HS256', jwt({ alg: 'HS256' }, { jti: 'x' })],
  ['HS512', jwt({ alg: 'HS512' }, { jti: 'x' })],
  ['es256 in lower case', jwt({ alg: 'es256' }, { jti: 'x' })],
  ['an algorithm with something behind it', jwt({ alg: 'ES256\n' }, { jti: 'x' })],
  ['an algorithm that is a list', jwt({ alg: ['ES256'] }, { jti: 'x' })],
  ['no algorithm', jwt({ typ: 'at+jwt' }, { jti: 'x' })],
  ['an inherited algorithm', jwt('{"__proto__":{"alg":"ES256"}}', { jti: 'x' })],
  ['an encrypted JWT of five parts', `${jwt({ alg: 'ES256' }, { jti: 'x' })}.a.b`],
  ['four parts', `${jwt({ alg: 'ES256' }, { jti: 'x' })}.a`],
  ['a dot at the end', `${jwt({ alg: 'ES256' }, { jti: 'x' })}.`],
  ['two parts', `${part({ alg: 'ES256' })}.${part({ jti: 'x' })}`],
  ['no signature', jwt({ alg: 'ES256' }, { jti: 'x' }, '')],
  ['one part', 'abc'],
  ['nothing', ''],
  ['dots', '..'],
  ['a header that is not JSON', jwt('{', { jti: 'x' })],
  ['a header that is a number', jwt('1', { jti: 'x' })],
  ['a header that is null', jwt('null', { jti: 'x' })],
  ['a header that is a list', jwt('["ES256"]', { jti: 'x' })],
])('%s counts as not signed', (_what, text) => {
  expect(readIdentifier(text)).toBe('token-not-signed')
})

test.each([
  ['a payload without jti', jwt({ alg: 'ES256' }, { sub: 'x' })],
  ['a jti that is a number', jwt({ alg: 'ES256' }, { jti: 1 })],
  ['a payload that is not JSON', jwt({ alg: 'ES256' }, 'x')],
  ['a payload that is empty', jwt({ alg: 'ES256' }, '')],
  ['a payload that is null', jwt({ alg: 'ES256' }, 'null')],
  ['a payload that is text', jwt({ alg: 'ES256' }, '"jti"')],
])('no identifier is found in %s', (_what, text) => {
  expect(readIdentifier(text)).toBe('token-without-identifier')
})

test.each([null, ''])('a jti that is %j is empty, not missing', (jti) => {
  expect(readIdentifier(jwt({ alg: 'ES256' }, { jti }))).toBe('token-identifier-empty')
})

test('reading an identifier never throws', () => {
  const piece = fc.oneof(
    fc.constantFrom('.', '{}', part({ alg: 'ES256' }), part({ jti: 'x' }), part('[[[['), '\ud800', '=', ' '),
    fc.json().map(part),
    fc.string({ unit: 'binary', maxLength: 6 }),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom('', '.'), (pieces, between) => {
      const identifier = readIdentifier(pieces.join(between))
      if (typeof identifier === 'object') expect(typeof identifier.jti).toBe('string')
      else expect(['token-not-signed', 'token-without-identifier']).toContain(identifier)
    }),
    { numRuns: 2_000 },
  )
})

test('reading an identifier never throws for endless nesting', () => {
  const deep = part('['.repeat(6_000))
  expect(readIdentifier(`${deep}.${deep}.x`)).toBe('token-not-signed')
  expect(readIdentifier(`${part({ alg: 'ES256' })}.${part(`${'{"a":'.repeat(1_000)}1`)}.x`)).toBe(
    'token-without-identifier',
  )
})
