import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SIGNING_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { failure, SERVICE } from '../../support/management.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v3 } = await testManagement()

const update = (...keys: object[]) => v3('POST', '/service/update', keySet(...keys))
const published = async () => (await v3('GET', '/service/jwks/get')).json

describe('a signing key', () => {
  test.each(SIGNING_ALGORITHMS)('a signing key of %s is stored, with its private half apart', async (alg) => {
    const { own, open } = newSigningKey('k', alg)
    expect((await update(own)).status).toBe(200)
    expect(await published()).toEqual({ keys: [open] })
    const stored = await runtime.store.registry.findSigningKey(SERVICE, 'k')
    expect(stored?.export({ format: 'jwk' }).d).toBe(own.d)
    await update()
  })

  test.each(['ES256', 'ES384', 'EdDSA'] as const)(
    'a signing key that fits only %s needs no alg',
    async (alg) => {
      const { own, open } = newSigningKey('k', alg)
      expect((await update({ ...own, alg: undefined })).status).toBe(200)
      expect(await published()).toEqual({ keys: [open] })
      await update()
    },
  )

  const rsa = newSigningKey('k', 'PS256').own
  const p256 = newSigningKey('k', 'ES256').own
  const ofCurve = (namedCurve: string) => exported(generateKeyPairSync('ec', { namedCurve }).privateKey)
  const exported = (key: { export: (options: { format: 'jwk' }) => JsonWebKey }) => ({
    ...key.export({ format: 'jwk' }),
    kid: 'k',
  })

  test.each([
    ['an RSA key without alg', { ...rsa, alg: undefined }],
    ['an RSA key for RS512', { ...rsa, alg: 'RS512' }],
    ['an RSA key for ES256', { ...rsa, alg: 'ES256' }],
    ['an RSA key for encryption', { ...rsa, alg: 'RSA-OAEP' }],
    ['a P-256 key for ES384', { ...p256, alg: 'ES384' }],
    ['a P-256 key for an algorithm by an inherited name', { ...p256, alg: 'toString' }],
    ['a P-384 key for ES256', { ...newSigningKey('k', 'ES384').own, alg: 'ES256' }],
    ['an Ed25519 key for ES256', { ...newSigningKey('k', 'EdDSA').own, alg: 'ES256' }],
    ['a key for the algorithm none', { ...p256, alg: 'none' }],
    ['a key with a list of algorithms', { ...p256, alg: ['ES256'] }],
    ['a P-521 key', ofCurve('P-521')],
    ['a secp256k1 key', ofCurve('secp256k1')],
    ['an Ed448 key', exported(generateKeyPairSync('ed448').privateKey)],
    ['an X25519 key', exported(generateKeyPairSync('x25519').privateKey)],
    ['a symmetric key', { kty: 'oct', k: 'A'.repeat(43), kid: 'k', alg: 'HS256' }],
    ['a point that is not on the curve', { ...p256, y: p256.x }],
    ['the modulus of another key', { ...rsa, n: newSigningKey('k', 'PS256').own.n }],
  ])('%s is refused as a signing key', async (_, key) => {
    expect(failure(await update(key))).toBe('400 A039293')
    expect(await published()).toEqual({ keys: [] })
  })

  test.each([
    ['RSA of 1024 bits', exported(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
    ['RSA of 2047 bits', exported(generateKeyPairSync('rsa', { modulusLength: 2047 }).privateKey)],
  ])('a key of %s is refused as too weak, and the refusal has the index', async (_, key) => {
    const answer = await update(p256, { ...key, kid: 'weak', alg: 'PS256' })
    expect(failure(answer)).toBe('400 A039296')
    expect(answer.json['resultMessage']).toContain("index '1'")
    expect(await published()).toEqual({ keys: [] })
    expect(await runtime.store.registry.findSigningKey(SERVICE, 'weak')).toBeUndefined()
  })
})

test.each(['HS256', 'ES512', 'RS512', 'none', 'es256'])(
  '%s is refused as the signing algorithm of access tokens',
  async (alg) => {
    const answer = await v3('POST', '/service/update', { accessTokenSignAlg: alg })
    expect(failure(answer)).toBe('400 A039292')
    expect(answer.json['resultMessage']).toContain("'accessTokenSignAlg'")
  },
)
