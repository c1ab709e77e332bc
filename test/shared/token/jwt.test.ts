import { createPublicKey, generateKeyPairSync, verify as verifySignature } from 'node:crypto'
import fc from 'fast-check'
import { exportJWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import * as z from 'zod/mini'
import { type AccessTokenClaims, readIdentifier, signAccessToken } from '../../../shared/token/jwt.ts'
import { SIGNING_ALGORITHMS } from '../../../shared/store/service.ts'
import { newSigningKey } from '../../support/signing-keys.ts'
import { load } from '../../support/vectors.ts'

const article = load(
  'article/access-token.json',
  z.looseObject({ token: z.string(), payload: z.looseObject({ jti: z.string() }) }),
)

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const CLAIMS = {
  iss: 'https://as.example.com',
  sub: 'user',
  aud: 'https://rs.example.com',
  client_id: '26478243745571',
  scope: 'accounts:read',
  cnf: { 'x5t#S256': 'OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw' },
  exp: 1_795_588_800,
  iat: 1_795_502_400,
  jti: 'GBT5tr6jAAECAwQFBgcICQoLDA0ODwABAgMEBQYHCAkKCwwNDg8Q',
} satisfies AccessTokenClaims
const sign = (claims: AccessTokenClaims, kid = '1') => signAccessToken(claims, 'ES256', kid, privateKey)
const verify = (jwt: string, key = publicKey) =>
  jwtVerify(jwt, key, {
    algorithms: ['ES256'],
    typ: 'at+jwt',
    issuer: CLAIMS.iss,
    audience: CLAIMS.aud,
    requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    currentDate: new Date((CLAIMS.iat + 1) * 1000),
  })

describe('signAccessToken', () => {
  test('a signature verifies when r or s begins with a zero byte', () => {
    const zeroAt = { r: false, s: false }
    for (let iat = 0; !(zeroAt.r && zeroAt.s); iat++) {
      const jwt = sign({ ...CLAIMS, iat })
      const [input, signature] = [jwt.slice(0, jwt.lastIndexOf('.')), jwt.slice(jwt.lastIndexOf('.') + 1)]
      const raw = Buffer.from(signature, 'base64url')
      expect(raw).toHaveLength(64)
      if (raw[0] !== 0 && raw[32] !== 0) continue
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const
      expect(verifySignature('sha256', Buffer.from(input), key, raw)).toBe(true)
      zeroAt.r ||= raw[0] === 0
      zeroAt.s ||= raw[32] === 0
    }
  })

  test('another JOSE library verifies it and reads the claims', async () => {
    const { payload, protectedHeader } = await verify(sign(CLAIMS))
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: '1' })
    expect(payload).toEqual(CLAIMS)
  })

  test.each(SIGNING_ALGORITHMS)('%s: another JOSE library verifies it, each time', async (alg) => {
    const { privateKey, publicKey } = newSigningKey('1', alg)
    for (let iat = CLAIMS.iat; iat < CLAIMS.iat + 20; iat++) {
      const jwt = signAccessToken({ ...CLAIMS, iat }, alg, '1', privateKey)
      const { payload, protectedHeader } = await jwtVerify(jwt, publicKey, {
        algorithms: [alg],
        currentDate: new Date(CLAIMS.iat * 1000),
      })
      expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: '1' })
      expect(payload).toEqual({ ...CLAIMS, iat })
    }
  })

  test('the public key as a JWK verifies it too', async () => {
    const jwk = await exportJWK(publicKey)
    await expect(verify(sign(CLAIMS), createPublicKey({ key: jwk, format: 'jwk' }))).resolves.toBeDefined()
  })

  test('has claims without a value left out', async () => {
    const { payload } = await verify(sign({ ...CLAIMS, scope: undefined, cnf: undefined }))
    expect(Object.keys(payload).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sub'])
  })

  test('keeps every character of a claim and of a key identifier', async () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1 })
    await fc.assert(
      fc.asyncProperty(text, text, async (sub, kid) => {
        const { payload, protectedHeader } = await verify(sign({ ...CLAIMS, sub }, kid))
        expect(payload.sub).toBe(sub)
        expect(protectedHeader.kid).toBe(kid)
      }),
      { numRuns: 30 },
    )
  })

  test('is three base64url parts, the signature 64 bytes', () => {
    for (let run = 0; run < 50; run++) expect(sign(CLAIMS)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86}$/)
  })

  test('no changed character verifies', async () => {
    const jwt = sign(CLAIMS)
    for (const at of [3, jwt.indexOf('.') + 5, jwt.lastIndexOf('.') + 1]) {
      const changed = jwt.slice(0, at) + (jwt.charAt(at) === 'A' ? 'B' : 'A') + jwt.slice(at + 1)
      await expect(verify(changed)).rejects.toThrow()
    }
  })
})

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const jwt = (header: unknown, payload: unknown, signature = 'c2ln') =>
  `${part(header)}.${part(payload)}.${signature}`

describe('readIdentifier', () => {
  test('reads the jti of what was signed here', () => {
    expect(readIdentifier(sign(CLAIMS))).toEqual({ jti: CLAIMS.jti })
  })

  test('reads the jti of the article', () => {
    expect(readIdentifier(article.token)).toEqual({ jti: article.payload.jti })
  })

  test.each([
    'ES256',
    'ES384',
    'ES512',
    'RS256',
    'RS384',
    'RS512',
    'PS256',
    'PS384',
    'PS512',
    'EdDSA',
    'Ed25519',
  ])('takes %s', (alg) => {
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
  ])('takes %s for not signed', (_what, text) => {
    expect(readIdentifier(text)).toBe('not-signed')
  })

  test.each([
    ['a payload without jti', jwt({ alg: 'ES256' }, { sub: 'x' })],
    ['a jti that is a number', jwt({ alg: 'ES256' }, { jti: 1 })],
    ['a payload that is not JSON', jwt({ alg: 'ES256' }, 'x')],
    ['a payload that is empty', jwt({ alg: 'ES256' }, '')],
    ['a payload that is null', jwt({ alg: 'ES256' }, 'null')],
    ['a payload that is text', jwt({ alg: 'ES256' }, '"jti"')],
  ])('finds no identifier in %s', (_what, text) => {
    expect(readIdentifier(text)).toBe('no-identifier')
  })

  test.each([null, ''])('tells a jti that is %j from one that is not there', (jti) => {
    expect(readIdentifier(jwt({ alg: 'ES256' }, { jti }))).toBe('identifier-empty')
  })

  test('never throws', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '.',
        '{}',
        part({ alg: 'ES256' }),
        part({ jti: 'x' }),
        part('[[[['),
        '\ud800',
        '=',
        ' ',
      ),
      fc.json().map(part),
      fc.string({ unit: 'binary', maxLength: 6 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.constantFrom('', '.'), (pieces, between) => {
        const identifier = readIdentifier(pieces.join(between))
        if (typeof identifier === 'object') expect(typeof identifier.jti).toBe('string')
        else expect(['not-signed', 'no-identifier']).toContain(identifier)
      }),
      { numRuns: 2_000 },
    )
  })

  test('never throws for nesting without end', () => {
    const deep = part('['.repeat(6_000))
    expect(readIdentifier(`${deep}.${deep}.x`)).toBe('not-signed')
    expect(readIdentifier(`${part({ alg: 'ES256' })}.${part(`${'{"a":'.repeat(1_000)}1`)}.x`)).toBe(
      'no-identifier',
    )
  })
})
