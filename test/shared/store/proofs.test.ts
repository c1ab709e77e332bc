import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { loseFirstAnswers } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { SERVICE } from './sample-grant.ts'

const { runtime, proxy } = await proxiedRuntime()
const { proofs } = runtime.store
const until = addSeconds(START, 60)
const proof = (jti: string, jkt = 'key') => ({ jti, jkt, expiresAt: until })

test('a proof is used once, by its key and service', async () => {
  expect(await proofs.useProof(SERVICE, proof('a'))).toBe(true)
  expect(await proofs.useProof(SERVICE, proof('a'))).toBe(false)
  expect(await proofs.useProof(SERVICE, proof('a', 'other'))).toBe(true)
  expect(await proofs.useProof(SERVICE + 1, proof('a'))).toBe(true)
})

test('only one of several uses at once succeeds', async () => {
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

test('a service has no key of nonces until one is stored, then one of its own, and none after its deletion', async () => {
  await expect(proofs.findNonceKey(SERVICE)).rejects.toThrow(StoreUnavailable)
  await proofs.putNonceKey(SERVICE, randomBytes)
  await proofs.putNonceKey(SERVICE + 1, randomBytes)
  const first = await proofs.findNonceKey(SERVICE)
  expect(first).toHaveLength(32)
  expect(await proofs.findNonceKey(SERVICE + 1)).not.toEqual(first)
  await proofs.putNonceKey(SERVICE, randomBytes)
  expect(await proofs.findNonceKey(SERVICE)).not.toEqual(first)
  await proofs.deleteNonceKey(SERVICE)
  await expect(proofs.findNonceKey(SERVICE)).rejects.toThrow(StoreUnavailable)
})

test.each(['', 'short', 7])('a damaged key of nonces, %j, makes no nonce', async (secret) => {
  const service = SERVICE + 9
  await runtime.tables.registry.put({ pk: `nonce#${String(service)}`, sk: 'key', secret })
  await expect(proofs.findNonceKey(service)).rejects.toThrow('damaged')
})
