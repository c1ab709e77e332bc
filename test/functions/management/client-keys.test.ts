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
])('%s is refused, with and without a valid key beside it', async (_name, key) => {
  expect(failure(await register(key))).toBe('400 A031212')
  expect(failure(await register(ec, key))).toBe('400 A031212')
})

test.each([
  ['a private key', { ...privateKey.export({ format: 'jwk' }) }, 'd'],
  ['a symmetric key', { kty: 'oct', k: 'the-shared-secret-of-a-client' }, 'k'],
  ['a prime of an RSA key', { ...rsa, p: 'a-prime-that-nobody-may-know' }, 'p'],
])(
  '%s is refused, and the message has the name of its private member and never the value',
  async (_name, key: object, member) => {
    for (const [keys, index] of [
      [[key], 0],
      [[ec, key], 1],
    ] as const) {
      const answer = await register(...keys)
      expect(failure(answer)).toBe('400 A031296')
      expect(answer.json['resultMessage']).toContain(`'keys[${String(index)}].${member}'`)
      expect(answer.text).not.toContain(String(Reflect.get(key, member)))
    }
  },
)

test('a client can register EC, RSA and X25519 keys, and keys of unknown types', async () => {
  const { status } = await register(ec, rsa, publicKey.export({ format: 'jwk' }), { kty: 'AKP', pub: 'AAAA' })
  expect(status).toBe(200)
})
