import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { canonicalText, type Jwk, keyThumbprint } from '../../../shared/certificate/jwk-set.ts'
import { JWS_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { verifyCompactJws } from '../../../shared/jws/signature.ts'
import { readCompactJws } from '../../../shared/request/compact-jws.ts'
import { encode, jws } from '../../support/assertions.ts'

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const pairs = [
  ...[ec('P-256'), ec('P-256'), ec('P-384'), ec('P-521')],
  ...[generateKeyPairSync('ed25519'), generateKeyPairSync('rsa', { modulusLength: 2048 })],
]
const jwkOf = ({ publicKey }: { publicKey: KeyObject }): Jwk => publicKey.export({ format: 'jwk' })

function verify(text: string, jwk: Jwk, alg: string) {
  const read = readCompactJws(text)
  return read === undefined ? 'malformed' : verifyCompactJws(read, { keys: [jwk] }, alg)
}

/** The verdict of another implementation, which imports the key each time. */
async function isAcceptedByJose(text: string, jwk: Jwk, alg: string): Promise<boolean> {
  const isForSignatures = (jwk['use'] ?? 'sig') === 'sig' && (jwk['alg'] ?? alg) === alg
  const { key_ops: operations = ['verify'] } = jwk
  const isForVerifying = JSON.stringify(operations) === '["verify"]'
  try {
    const { kty, crv, x, y, n, e } = jwk as JWK
    const key = await importJWK(JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as JWK, alg)
    await compactVerify(text, key, { algorithms: [alg] })
    return isForSignatures && isForVerifying
  } catch (error) {
    // The verdicts are compared, and not their reasons.
    if (error instanceof Error) return false
    throw error
  }
}

const flip = (part: Buffer, at: number) => {
  const changed = Buffer.from(part)
  changed[at % Math.max(1, changed.length)] = (changed[at % Math.max(1, changed.length)] ?? 0) ^ 1
  return changed
}
const turned = (signature: Buffer) =>
  Buffer.concat([signature.subarray(signature.length / 2), signature.subarray(0, signature.length / 2)])
const SIGNATURES: readonly ((right: Buffer, at: number) => Buffer)[] = [
  ...Array.from({ length: 4 }, () => (right: Buffer) => right),
  flip,
  turned,
  (right, at) => right.subarray(0, at % right.length),
  (right) => Buffer.concat([right, Buffer.alloc(1)]),
  (right) => Buffer.concat([Buffer.alloc(1), right]),
  (right) => Buffer.alloc(right.length),
  () => Buffer.alloc(0),
]
const JWKS: readonly ((jwk: Jwk) => Jwk)[] = [
  ...Array.from({ length: 4 }, () => (jwk: Jwk) => jwk),
  (jwk) => ({ ...jwk, use: 'enc' }),
  (jwk) => ({ ...jwk, key_ops: ['sign'] }),
  (jwk) => ({ ...jwk, key_ops: ['verify'], use: 'sig' }),
  (jwk) => ({ ...jwk, alg: 'RSA-OAEP' }),
  (jwk) => ({ ...jwk, kid: 'k' }),
  (jwk) => ({ ...jwk, x: jwk['y'] ?? jwk['n'] ?? '' }),
  (jwk) => ({ ...jwk, kty: 'RSA' }),
  (jwk) => ({ ...jwk, crv: 'P-384' }),
  (jwk) => Object.fromEntries(Object.entries(jwk).reverse()),
]

test('keys, algorithms, signatures and members of keys have the verdict of another implementation, also after keys were kept', async () => {
  const algorithms = [...JWS_ALGORITHMS].flatMap(([alg, { kty, crv }]) =>
    pairs.flatMap((pair) => {
      const jwk = jwkOf(pair)
      return jwk['kty'] === kty && (crv === undefined || jwk['crv'] === crv) ? [{ alg, pair }] : []
    }),
  )
  const made = algorithms.map(({ alg, pair }) => ({
    ...{ alg, jwk: jwkOf(pair), text: jws({ alg }, {}, pair.privateKey, alg) },
  }))
  const signed = fc.constantFrom(...made)
  const changes = [fc.constantFrom(...SIGNATURES), fc.nat(600), fc.constantFrom(...JWKS)] as const
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(signed, signed, ...changes, fc.nat(5), async (one, other, change, at, member, who) => {
      const [head, payload, signature = ''] = one.text.split('.')
      const changed = change(Buffer.from(signature, 'base64url'), at).toString('base64url')
      const text = `${head}.${payload}.${changed}`
      const jwk = member(who === 0 ? other.jwk : one.jwk)
      const outcome = verify(text, jwk, one.alg)
      if (outcome === undefined) accepted++
      expect(outcome === undefined).toBe(await isAcceptedByJose(text, jwk, one.alg))
    }),
    { numRuns: 600 },
  )
  expect(accepted).toBeGreaterThan(30)
})

test('a key that is kept is not accepted for another use, another algorithm or another operation', () => {
  const [pair] = pairs
  if (pair === undefined) throw new Error('there is no key')
  const text = jws({ alg: 'ES256' }, {}, pair.privateKey, 'ES256')
  const jwk = jwkOf(pair)
  expect(verify(text, jwk, 'ES256')).toBeUndefined()
  for (const more of [{ use: 'enc' }, { alg: 'ECDH-ES' }, { key_ops: ['sign'] }, { key_ops: 'verify' }])
    expect([more, verify(text, { ...jwk, ...more }, 'ES256')]).toEqual([more, 'key-unknown'])
})

test('a key is not found by its kid: the same kid with another key has another verdict', () => {
  const [one, other] = pairs
  if (one === undefined || other === undefined) throw new Error('there are no keys')
  const text = jws({ alg: 'ES256', kid: 'k' }, {}, one.privateKey, 'ES256')
  expect(verify(text, { ...jwkOf(one), kid: 'k' }, 'ES256')).toBeUndefined()
  expect(verify(text, { ...jwkOf(other), kid: 'k' }, 'ES256')).toBe('signature-wrong')
})

test('a signature in DER, and a salt of another length, are refused', () => {
  const [pair] = pairs
  const rsa = pairs.at(-1)
  if (pair === undefined || rsa === undefined) throw new Error('there are no keys')
  const input = (alg: string) => `${encode({ alg })}.${encode({})}`
  const der = sign('sha256', Buffer.from(input('ES256')), pair.privateKey)
  expect(verify(`${input('ES256')}.${der.toString('base64url')}`, jwkOf(pair), 'ES256')).toBe(
    'signature-wrong',
  )
  for (const saltLength of [0, 20, 222]) {
    const options = { key: rsa.privateKey, padding: 6, saltLength }
    const signature = sign('sha256', Buffer.from(input('PS256')), options).toString('base64url')
    expect(verify(`${input('PS256')}.${signature}`, jwkOf(rsa), 'PS256')).toBe('signature-wrong')
  }
})

test('the thumbprint does not depend on the order of the members, nor on other members', async () => {
  for (const pair of pairs) {
    const jwk = jwkOf(pair)
    const expected = await calculateJwkThumbprint(jwk)
    const reversed = Object.fromEntries(Object.entries({ ...jwk, kid: 'k', use: 'sig' }).reverse())
    expect([keyThumbprint(jwk), keyThumbprint(reversed)]).toEqual([expected, expected])
  }
})

test.each([{}, { kty: 'oct', k: 'AA' }, { kty: 'EC', crv: 'P-256', x: 'AA' }, { kty: 'RSA', e: 3, n: 'AA' }])(
  'the JWK %j has no canonical text',
  (jwk) => {
    expect(canonicalText(jwk)).toBeUndefined()
    expect(() => keyThumbprint(jwk)).toThrow(TypeError)
  },
)
