import { describe, expect, test } from 'vitest'
import { START } from '../../support/fixed-runtime.ts'
import type { SigningAlgorithm } from '../../../shared/certificate/jws-algorithms.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { basic, bearer, failure, MANAGE, ORGANIZATION, RUNTIME, SERVICE } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v2, v3, call } = await testManagement()

const update = (body: unknown) => v3('POST', '/service/update', body)

const newKey = (kid: string, alg: SigningAlgorithm = 'ES256') => newSigningKey(kid, alg)
const set = keySet

describe('the keys of a service', () => {
  const first = newKey('1')
  const second = newKey('2')

  test('private keys of a service are stored apart and never returned', async () => {
    const answer = await update({ ...set(first.own, second.own), accessTokenSignAlg: 'ES256' })
    expect(JSON.parse(String(answer.json['jwks']))).toEqual({ keys: [first.open, second.open] })
    for (const path of ['/service/get', '/service/jwks/get', '/service/configuration']) {
      const { text } = await v3('GET', path)
      expect(text).not.toContain(first.own.d)
      expect(text).not.toContain('\\"d\\"')
    }
    const record = await runtime.store.registry.findCurrentService(SERVICE)
    expect(JSON.stringify(record)).not.toContain(first.own.d)
    const key = await runtime.store.registry.findSigningKey(SERVICE, '1')
    expect(key?.export({ format: 'jwk' }).d).toBe(first.own.d)
  })

  test.each([
    ['only public members', set(first.open, second.open)],
    ['null', { jwks: null }],
    ['no keys', {}],
  ])('keys stay when an update has %s', async (_, members) => {
    await update(set(first.own, second.own))
    const { json } = await update(members)
    expect(JSON.parse(String(json['jwks']))).toEqual({ keys: [first.open, second.open] })
    expect(await runtime.store.registry.findSigningKey(SERVICE, '2')).toBeDefined()
  })

  test('a key that is left out of the set is deleted with its private half', async () => {
    await update(set(first.own, second.own))
    await update(set(first.open))
    expect(await runtime.store.registry.findSigningKey(SERVICE, '1')).toBeDefined()
    expect(await runtime.store.registry.findSigningKey(SERVICE, '2')).toBeUndefined()
  })

  test('deleting a service deletes its private keys', async () => {
    const { json } = await call(
      'POST',
      '/api/service/create',
      { issuer: 'https://a.example', ...set(first.own) },
      bearer(ORGANIZATION),
    )
    const apiKey = Number(json['apiKey'])
    expect(await runtime.store.registry.findSigningKey(apiKey, '1')).toBeDefined()
    await call('DELETE', `/api/${String(apiKey)}/service/delete`, undefined, bearer(ORGANIZATION))
    expect(await runtime.store.registry.findSigningKey(apiKey, '1')).toBeUndefined()
  })

  test.each([
    ['no JSON', '{', 'A039293'],
    ['no set', '[]', 'A039293'],
    ['null', 'null', 'A039293'],
    ['null for a key', '{"keys":[null]}', 'A039293'],
    [
      'a symmetric key',
      JSON.stringify({ keys: [{ kty: 'oct', k: 'AAAA', kid: '9', alg: 'HS256' }] }),
      'A039293',
    ],
    ['no kid', set({ ...newKey('9').own, kid: undefined }).jwks, 'A039293'],
    ['the same kid twice', set(newKey('9').own, newKey('9').own).jwks, 'A039293'],
    ['a key for encryption', set({ ...newKey('9').own, use: 'enc' }).jwks, 'A039293'],
    ['halves of two keys', set({ ...newKey('9').own, d: newKey('9').own.d }).jwks, 'A039293'],
    ['another key under a known kid', set(newKey('1').own).jwks, 'A039293'],
    ['an unknown key without its private half', set(first.open, newKey('9').open).jwks, 'A039294'],
  ])('a key set that is or has %s is refused', async (_, jwks, code) => {
    await update({ ...set(first.own), accessTokenSignAlg: null })
    expect(failure(await update({ jwks }))).toBe(`400 ${code}`)
    expect((await runtime.tables.everything()).map((item) => item['sk'])).not.toContain('9')
  })

  test('the key set must have a key for the algorithm of access tokens', async () => {
    const wide = newKey('3', 'ES384')
    await update({ ...set(first.own), accessTokenSignAlg: 'ES256' })
    expect(failure(await update(set(wide.own)))).toBe('400 A039295')
    expect(await runtime.store.registry.findSigningKey(SERVICE, '3')).toBeUndefined()
    expect(failure(await update({ accessTokenSignatureKeyId: '3' }))).toBe('400 A039295')
    expect((await update({ accessTokenSignatureKeyId: '1' })).status).toBe(200)
    await update({ accessTokenSignatureKeyId: null, accessTokenSignAlg: null })
  })
})

describe('private keys', () => {
  test.each(['true', 'TRUE'])('private keys are withheld with includePrivateKeys=%s', async (value) => {
    const path = `/service/jwks/get?includePrivateKeys=${value}`
    expect(failure(await v3('GET', path))).toBe('403 A001217')
    expect(failure(await v2('GET', path))).toBe('403 A001217')
    expect((await v3('GET', '/service/jwks/get?includePrivateKeys=false')).status).toBe(200)
  })
})

describe('the credentials of a service', () => {
  type Shown = { id: string; role: string; expiresAt?: number; secret?: string }[]
  const shown = ({ json }: { json: Record<string, unknown> }) => json['credentials'] as Shown
  const list = (secret: string) =>
    call('GET', '/api/client/get/list', undefined, basic(String(SERVICE), secret))

  test('a credential is kept by its id, made without one, and ended when left out; its secret is returned once', async () => {
    const [manage, other] = shown(await v3('GET', '/service/get'))
    const added = { role: 'manage', note: 'console', expiresAt: (START + 100) * 1000 }
    const after = shown(await update({ credentials: [manage, added] }))
    expect(after).toEqual([
      manage,
      {
        ...added,
        createdAt: START * 1000,
        id: expect.any(String) as string,
        secret: expect.any(String) as string,
      },
    ])
    const secret = String(after[1]?.secret)
    expect(secret).toMatch(/^[A-Za-z0-9_-]{86}$/)
    expect(shown(await v3('GET', '/service/get'))[1]).not.toHaveProperty('secret')
    expect((await list(secret)).status).toBe(200)
    expect(other?.role).toBe('runtime')
    expect(failure(await list(RUNTIME))).toBe('401 A003204')
    runtime.clock.now = (START + 100) as typeof START
    expect(failure(await list(secret))).toBe('401 A003204')
    expect((await list(MANAGE)).status).toBe(200)
    runtime.clock.now = START
  })

  test('a credential keeps its note and the time of its making until an update names another note or an empty one', async () => {
    const [manage] = shown(await v3('GET', '/service/get'))
    const added = { role: 'introspect', note: 'payments API' }
    const id = shown(await update({ credentials: [manage, added] }))[1]?.id
    runtime.clock.now = (START + 100) as typeof START
    const after = async (change: object) =>
      shown(await update({ credentials: [manage, { role: 'runtime', id, ...change }] }))[1]
    const kept = { id, role: 'runtime', createdAt: START * 1000 }
    expect(await after({ createdAt: 1 })).toEqual({ ...kept, note: 'payments API' })
    expect(await after({ note: 'accounts API' })).toEqual({ ...kept, note: 'accounts API' })
    expect(await after({ note: '' })).toEqual(kept)
  })

  test.each([
    [[{ role: 'manage', note: 'n'.repeat(201) }], 'A001294'],
    [[{ role: 'owner' }], 'A039292'],
    [[{ role: 'manage', id: 'unknown' }], 'A039292'],
    [null, 'A001294'],
    [[{ role: 'manage', expiresAt: 1.5 }], 'A001294'],
  ])('credentials of %j are refused', async (credentials, code) => {
    expect(failure(await update({ credentials }))).toBe(`400 ${code}`)
  })

  test('the digest of a credential is never returned', async () => {
    const { text } = await v3('GET', '/service/get')
    const record = await runtime.store.registry.findCurrentService(SERVICE)
    for (const { digest } of record?.credentials ?? []) expect(text).not.toContain(digest.slice(0, 16))
  })
})
