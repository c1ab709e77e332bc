import { createPublicKey, generateKeyPairSync, verify as verifySignature } from 'node:crypto'
import fc from 'fast-check'
import { exportJWK, jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { signJwt } from '../../../shared/token/sign.ts'
import { SIGNING_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { newSigningKey } from '../../support/signing-keys.ts'

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
}
const sign = (claims: object, kid = '1') => signJwt('at+jwt', claims, { alg: 'ES256', kid, key: privateKey })
const verify = (jwt: string, key = publicKey) =>
  jwtVerify(jwt, key, {
    algorithms: ['ES256'],
    typ: 'at+jwt',
    issuer: CLAIMS.iss,
    audience: CLAIMS.aud,
    requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
    currentDate: new Date((CLAIMS.iat + 1) * 1000),
  })

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

test('another JOSE library verifies a JWT and reads its claims', async () => {
  const { payload, protectedHeader } = await verify(sign(CLAIMS))
  expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: '1' })
  expect(payload).toEqual(CLAIMS)
})

test.each(SIGNING_ALGORITHMS)('another JOSE library verifies every JWT by %s', async (alg) => {
  const { privateKey, publicKey } = newSigningKey('1', alg)
  for (let iat = CLAIMS.iat; iat < CLAIMS.iat + 20; iat++) {
    const jwt = signJwt('at+jwt', { ...CLAIMS, iat }, { alg, kid: '1', key: privateKey })
    const { payload, protectedHeader } = await jwtVerify(jwt, publicKey, {
      algorithms: [alg],
      currentDate: new Date(CLAIMS.iat * 1000),
    })
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: '1' })
    expect(payload).toEqual({ ...CLAIMS, iat })
  }
})

test('the public key as a JWK verifies a JWT too', async () => {
  const jwk = await exportJWK(publicKey)
  await expect(verify(sign(CLAIMS), createPublicKey({ key: jwk, format: 'jwk' }))).resolves.toBeDefined()
})

test('claims without a value are left out', async () => {
  const { payload } = await verify(sign({ ...CLAIMS, scope: undefined, cnf: undefined }))
  expect(Object.keys(payload).sort()).toEqual(['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'sub'])
})

test('every character of a claim and of a key identifier is kept', async () => {
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

test('a JWT is three base64url parts, the signature 64 bytes', () => {
  for (let run = 0; run < 50; run++) expect(sign(CLAIMS)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]{86}$/)
})

test('no changed character verifies', async () => {
  const jwt = sign(CLAIMS)
  for (const at of [3, jwt.indexOf('.') + 5, jwt.lastIndexOf('.') + 1]) {
    const changed = jwt.slice(0, at) + (jwt.charAt(at) === 'A' ? 'B' : 'A') + jwt.slice(at + 1)
    await expect(verify(changed)).rejects.toThrow()
  }
})
