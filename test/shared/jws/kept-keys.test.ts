import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import fc from 'fast-check'
import { calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose'
import { expect, test } from 'vitest'
import { canonicalText, type Jwk, keyThumbprint } from '../../../shared/certificate/jwk-set.ts'
import { JWS_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { findUsableKey, keepKey } from '../../../shared/jws/kept-keys.ts'
import { verifyCompactJws } from '../../../shared/jws/signature.ts'
import { readCompactJws } from '../../../shared/request/compact-jws.ts'
import { encode, jws } from '../../support/assertions.ts'

const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
const pairs = [
  ...[ec('P-256'), ec('P-256'), ec('P-384'), ec('P-521')],
  ...[generateKeyPairSync('ed25519'), generateKeyPairSync('rsa', { modulusLength: 1536 })],
  generateKeyPairSync('rsa', { modulusLength: 2048 }),
]
const jwkOf = ({ publicKey }: { publicKey: KeyObject }): Jwk => publicKey.export({ format: 'jwk' })

/** A key that is not kept is imported each time. */
const isKept = (jwk: Jwk) => findUsableKey(jwk)?.key === findUsableKey(jwk)?.key

function verify(text: string, jwk: Jwk, alg: string) {
  const read = readCompactJws(text)
  return read === undefined ? 'malformed' : verifyCompactJws(read, { keys: [jwk] }, alg)
}

/** The verdict of another implementation, which imports the key each time. */
async function isAcceptedByJose(text: string, jwk: Jwk, alg: string): Promise<boolean> {
  const isForSignatures = (jwk['use'] ?? 'sig') === 'sig' && (jwk['alg'] ?? alg) === alg
  const { key_ops: operations = ['verify'] } = jwk
  const isForVerifying = JSON.stringify(operations) === '["verify"]' && !('d' in jwk)
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
  (right) => Buffer.concat([Buffer.alloc(right.length / 2), right.subarray(right.length / 2)]),
  (right) => Buffer.concat([right.subarray(0, right.length / 2), Buffer.alloc(right.length / 2)]),
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
  (jwk) => ({ ...jwk, d: 5 }),
  (jwk) => ({ ...jwk, d: 'AA' }),
  (jwk) => ({ ...jwk, e: 'AQ' }),
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
  // The header names an algorithm of another type of key.
  const lies = made.map((one, i) => {
    const { alg } = made[(i + 3) % made.length] ?? one
    return { ...one, alg, text: one.text.replace(/^[^.]+/, encode({ alg })) }
  })
  const signed = fc.constantFrom(...made, ...made, ...lies)
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
    { numRuns: 900 },
  )
  expect(accepted).toBeGreaterThan(30)
})

test('a key that is kept is not accepted for another use, another algorithm or another operation', () => {
  const [pair] = pairs
  if (pair === undefined) throw new Error('there is no key')
  const text = jws({ alg: 'ES256' }, {}, pair.privateKey, 'ES256')
  const jwk = jwkOf(pair)
  for (let i = 0; i < 2; i++) expect(verify(text, jwk, 'ES256')).toBeUndefined()
  expect(isKept(jwk)).toBe(true)
  const uses = [{ use: 'enc' }, { alg: 'ECDH-ES' }, { key_ops: ['sign'] }, { key_ops: 'verify' }, { d: 'AA' }]
  for (const more of uses)
    expect([more, verify(text, { ...jwk, ...more }, 'ES256')]).toEqual([more, 'key-unknown'])
})

test('a key is not found by its kid: the same kid with another key has another verdict', () => {
  const [one, other] = pairs
  if (one === undefined || other === undefined) throw new Error('there are no keys')
  const text = jws({ alg: 'ES256', kid: 'k' }, {}, one.privateKey, 'ES256')
  for (let i = 0; i < 2; i++) expect(verify(text, { ...jwkOf(one), kid: 'k' }, 'ES256')).toBeUndefined()
  expect(verify(text, { ...jwkOf(other), kid: 'k' }, 'ES256')).toBe('signature-wrong')
})

test('a key is kept only after its second right signature, and only the last thousand are', () => {
  const [one, other] = pairs
  if (one === undefined || other === undefined) throw new Error('there are no keys')
  const jwk = jwkOf(ec('P-256'))
  for (let i = 0; i < 3; i++) {
    const wrong = jws({ alg: 'ES256' }, {}, other.privateKey, 'ES256')
    expect(verify(wrong, jwk, 'ES256')).toBe('signature-wrong')
    expect(isKept(jwk)).toBe(false)
  }

  const pair = ec('P-256')
  const first = jwkOf(pair)
  const isKeptAfter = [1, 2, 3].map(() => {
    expect(verify(jws({ alg: 'ES256' }, {}, pair.privateKey, 'ES256'), first, 'ES256')).toBeUndefined()
    return isKept(first)
  })
  expect(isKeptAfter).toEqual([false, true, true])
  for (let i = 0; i < 999; i++) keepKey({ text: String(i), key: one.publicKey })
  expect(isKept(first)).toBe(true)
  keepKey({ text: '999', key: one.publicKey })
  expect(isKept(first)).toBe(false)
})

test('a key that may be kept has a canonical text of at most 1,500 characters, and no second text', () => {
  const numbers = (n: Buffer, e = Buffer.from([1, 0, 1])) => ({
    kty: 'RSA',
    n: n.toString('base64url'),
    e: e.toString('base64url'),
  })
  const modulus = (bytes: number) => Buffer.alloc(bytes, 0xff)
  const longest = findUsableKey(numbers(modulus(1024), modulus(4)))?.text.length
  expect(longest).toBeGreaterThan(1370)
  expect(longest).toBeLessThan(1500)
  expect(findUsableKey(numbers(modulus(1025)))).toBeUndefined()
  expect(findUsableKey(numbers(modulus(256), modulus(5)))).toBeUndefined()
  const zero = Buffer.alloc(1)
  expect(findUsableKey(numbers(Buffer.concat([zero, modulus(256)])))).toBeUndefined()
  expect(findUsableKey(numbers(modulus(256), Buffer.concat([zero, modulus(3)])))).toBeUndefined()
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

test('signatures verify whose numbers begin with a zero or with a one', () => {
  const { privateKey, publicKey } = ec('P-256')
  const texts = Array.from({ length: 1200 }, (_, i) => jws({ alg: 'ES256' }, { i }, privateKey, 'ES256'))
  const begins = new Set(
    texts.flatMap((text) => {
      const signature = Buffer.from(text.split('.')[2] ?? '', 'base64url')
      return [signature[0], signature[32]].map((byte = 0) =>
        byte === 0 ? 'zero' : byte > 127 ? 'one' : 'other',
      )
    }),
  )
  expect([...begins].sort()).toEqual(['one', 'other', 'zero'])
  const jwk = publicKey.export({ format: 'jwk' })
  expect(texts.filter((text) => verify(text, jwk, 'ES256') !== undefined)).toEqual([])
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
