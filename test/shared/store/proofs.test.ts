import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { later } from '../../../shared/epoch-seconds.ts'
import { loseFirstAnswers } from '../../support/cutting-proxy.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { SERVICE } from './sample-grant.ts'

const { runtime, proxy } = await proxiedRuntime()
const { proofs } = runtime.store
const until = later(START, 60)
const proof = (jti: string, jkt = 'key') => ({ jti, jkt, expiresAt: until })

test('a proof is used once, by its key and service', async () => {
  expect(await proofs.useProof(SERVICE, proof('a'))).toBe(true)
  expect(await proofs.useProof(SERVICE, proof('a'))).toBe(false)
  expect(await proofs.useProof(SERVICE, proof('a', 'other'))).toBe(true)
  expect(await proofs.useProof(SERVICE + 1, proof('a'))).toBe(true)
})

test('of uses at once one succeeds', async () => {
  const uses = await Promise.all(Array.from({ length: 8 }, () => proofs.useProof(SERVICE, proof('race'))))
  expect(uses.filter((done) => done)).toHaveLength(1)
})

test('a proof whose answer was lost on its way is used once all the same', async () => {
  proxy.fate = loseFirstAnswers('PutItem')
  proxy.passed.length = 0
  expect(await proofs.useProof(SERVICE, proof('lost'))).toBe(true)
  expect(proxy.passed.filter(({ operation }) => operation === 'PutItem')).toHaveLength(2)
  expect(await proofs.useProof(SERVICE, proof('lost'))).toBe(false)
})

test('each used proof has a partition of its own, and its end in ttl', async () => {
  await proofs.useProof(SERVICE, proof('b'))
  await proofs.useProof(SERVICE, proof('c'))
  const items = (await runtime.tables.registry.scan()).filter(({ pk }) => String(pk).startsWith('dpop#'))
  expect(items.length).toBeGreaterThan(1)
  expect(new Set(items.map(({ pk }) => pk)).size).toBe(items.length)
  for (const { ttl } of items) expect(ttl).toBe(until)
  expect(JSON.stringify(items)).not.toContain('"key"')
})

test('the key of nonces is made at its first use, once for all processes, and stays', async () => {
  const service = SERVICE + 2
  const other = await fixedRuntime({}, { endpoint: runtime.endpoint, close: () => Promise.resolve() })
  const [first, second] = await Promise.all([
    proofs.nonceKey(service, randomBytes),
    other.store.proofs.nonceKey(service, randomBytes),
  ])
  expect(first).toHaveLength(32)
  expect(second).toEqual(first)
  expect(await proofs.nonceKey(service, randomBytes)).toEqual(first)
  expect(await proofs.nonceKey(service + 1, randomBytes)).not.toEqual(first)
  await other.close()
})

test('a new key of nonces replaces the one before, and a new one is made after a deletion', async () => {
  const first = await proofs.nonceKey(SERVICE, randomBytes)
  await proofs.putNonceKey(SERVICE, randomBytes)
  const second = await proofs.nonceKey(SERVICE, randomBytes)
  expect(second).not.toEqual(first)
  await proofs.deleteNonceKey(SERVICE)
  expect(await proofs.nonceKey(SERVICE, randomBytes)).not.toEqual(second)
})

test.each(['', 'short', 7])('a damaged key of nonces, %j, makes no nonce', async (secret) => {
  const service = SERVICE + 9
  await runtime.tables.registry.put({ pk: `nonce#${String(service)}`, sk: 'key', secret })
  await expect(proofs.nonceKey(service, randomBytes)).rejects.toThrow('damaged')
})
