import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { failure, SERVICE } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v2, v3 } = await testManagement()

const post = (path: string, body: unknown) => v3('POST', path, body)
const get = (path: string) => v3('GET', path)

async function newClient(members: Record<string, unknown> = {}) {
  const { json } = await post('/client/create', { clientType: 'CONFIDENTIAL', ...members })
  return { id: String(json['clientId']), secret: String(json['clientSecret']), json }
}

const stored = (id: string) => runtime.store.registry.findClientByNumber(SERVICE, Number(id))

describe('the lock flag', () => {
  test('the lock flag locks and unlocks a client, and the answer has two members', async () => {
    const { id } = await newClient()
    const { json } = await post(`/client/lock_flag/update/${id}`, { clientLocked: true })
    expect(json).toEqual({
      resultCode: 'A149091',
      resultMessage: `[A149091] Updated the lock flag of the client (ID = ${id}) successfully.`,
    })
    expect((await get(`/client/get/${id}`)).json['locked']).toBe(true)
    await v2('POST', `/client/lock_flag/update/${id}`, { clientLocked: false })
    expect((await get(`/client/get/${id}`)).json['locked']).toBe(false)
  })

  test.each([{}, { clientLocked: 'true' }, { clientLocked: null }])(
    'a lock flag of %j is refused',
    async (body) => {
      const { id } = await newClient()
      const answer = await post(`/client/lock_flag/update/${id}`, body)
      expect(failure(answer)).toBe('400 A001294')
      expect(answer.json['resultMessage']).toContain("'clientLocked'")
    },
  )
})

describe('the secret', () => {
  test('refreshing a secret replaces it by a new one, which only this answer has', async () => {
    const { id, secret } = await newClient()
    const { json } = await get(`/client/secret/refresh/${id}`)
    expect(json).toEqual({
      resultCode: 'A148001',
      resultMessage: `[A148001] Successfully refreshed the client secret of the client (ID = ${id}).`,
      newClientSecret: expect.stringMatching(/^[A-Za-z0-9_-]{86}$/) as string,
    })
    expect(json['newClientSecret']).not.toBe(secret)
    expect((await stored(id))?.clientSecretDigest).toBe(digest(String(json['newClientSecret'])))
    expect(runtime.lines.join('\n')).not.toContain(String(json['newClientSecret']))
  })

  test.each(['a'.repeat(32), 'A-_9'.repeat(21), 'z'.repeat(86)])(
    'the secret %s can be set',
    async (clientSecret) => {
      const { id } = await newClient({ clientIdAlias: undefined })
      const { json } = await v2('POST', `/client/secret/update/${id}`, { clientSecret })
      expect(json).toMatchObject({ resultCode: 'A149001', newClientSecret: clientSecret })
      expect(json).not.toHaveProperty('oldClientSecret')
      expect((await stored(id))?.clientSecretDigest).toBe(digest(clientSecret))
    },
  )

  test.each(['', 'a'.repeat(31), 'a'.repeat(87), `${'a'.repeat(40)}+`, `${'a'.repeat(40)}\n`])(
    'the secret %j cannot be set',
    async (clientSecret) => {
      const { id, secret } = await newClient()
      const answer = await post(`/client/secret/update/${id}`, { clientSecret })
      expect(failure(answer)).toBe('400 A149601')
      expect((await stored(id))?.clientSecretDigest).toBe(digest(secret))
    },
  )
})

describe('a short secret', () => {
  const { registry } = runtime.store
  const allow = (shortClientSecretsAllowed: boolean) =>
    registry.changeService(SERVICE, (service) => ({ ...service, shortClientSecretsAllowed }))
  const setSecret = (id: string, clientSecret: string) =>
    v2('POST', `/client/secret/update/${id}`, { clientSecret })
  const isMarked = async (id: string) => (await stored(id))?.weakSecret
  const logged = () => JSON.parse(runtime.lines.at(-1) ?? '') as { weakSecret?: boolean }

  beforeEach(() => allow(true))
  afterAll(() => allow(false))

  test.each(['a'.repeat(16), 'A-_9'.repeat(4), 'z'.repeat(31)])(
    'the secret %s is taken only where the service allows it, and is marked in the record and in the log',
    async (secret) => {
      const { id } = await newClient()
      await allow(false)
      expect(failure(await setSecret(id, secret))).toBe('400 A149601')
      expect([await isMarked(id), logged().weakSecret]).toEqual([undefined, undefined])
      await allow(true)
      const { json } = await setSecret(id, secret)
      expect(json).toMatchObject({ resultCode: 'A149001', newClientSecret: secret })
      expect([await isMarked(id), logged().weakSecret]).toEqual([true, true])
      expect((await stored(id))?.clientSecretDigest).toBe(digest(secret))
      expect((await get(`/client/get/${id}`)).json).not.toHaveProperty('weakSecret')
    },
  )

  test.each(['a'.repeat(15), 'a'.repeat(87), `${'a'.repeat(15)}+`, `${'a'.repeat(16)}\n`, ''])(
    'the secret %j is refused also where short ones are allowed',
    async (secret) => {
      const { id } = await newClient()
      expect(failure(await setSecret(id, secret))).toBe('400 A149601')
    },
  )

  test('an update keeps the mark of a short secret, and a longer secret takes it away', async () => {
    const { id } = await newClient()
    await setSecret(id, 'a'.repeat(16))
    await post(`/client/update/${id}`, { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'CLIENT_SECRET_BASIC' })
    expect(await isMarked(id)).toBe(true)
    await setSecret(id, 'a'.repeat(32))
    expect([await isMarked(id), logged().weakSecret]).toEqual([undefined, undefined])
    await setSecret(id, 'a'.repeat(16))
    await get(`/client/secret/refresh/${id}`)
    expect(await isMarked(id)).toBeUndefined()
  })
})
