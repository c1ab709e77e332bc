import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { failure } from '../../support/management.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { v3 } = await testManagement()

const register = (...keys: object[]) =>
  v3('POST', '/client/create', {
    ...{ clientType: 'CONFIDENTIAL', tokenAuthMethod: 'PRIVATE_KEY_JWT' },
    jwks: JSON.stringify({ keys }),
  })

const [ec, rsa] = [jwkOf('client-ec-p256'), jwkOf('client-rsa-2048')]
const { publicKey, privateKey } = generateKeyPairSync('x25519')

test.each([
  ['a key off its curve', { ...ec, y: ec['x'] }],
  ['a point of another length', { ...ec, x: 'AAAA' }],
  ['a key without a point', { kty: 'EC', crv: 'P-256' }],
  ['an unknown curve', { ...ec, crv: 'P-255' }],
  ['a modulus with leading zeros', { ...rsa, n: `AA${String(rsa['n'])}` }],
  ['a key without an exponent', { ...rsa, e: undefined }],
  ['a private key', privateKey.export({ format: 'jwk' })],
  ['a symmetric key', { kty: 'oct', k: 'AAAA' }],
])('%s is refused, with and without a valid key beside it', async (_name, key) => {
  expect(failure(await register(key))).toBe('400 A031212')
  expect(failure(await register(ec, key))).toBe('400 A031212')
})

test('a client can register EC, RSA and X25519 keys, and keys of unknown types', async () => {
  const { status } = await register(ec, rsa, publicKey.export({ format: 'jwk' }), { kty: 'AKP', pub: 'AAAA' })
  expect(status).toBe(200)
})
