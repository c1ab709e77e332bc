import { describe, expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { failure, nulls, openManagement, RUNTIME, SERVICE } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const management = await testManagement()
const { runtime, v2, v3, call } = management

const post = (path: string, body: unknown) => v3('POST', path, body)
const get = (path: string) => v3('GET', path)

async function newClient(members: Record<string, unknown> = {}) {
  const { json } = await post('/client/create', { clientType: 'CONFIDENTIAL', ...members })
  return { id: String(json['clientId']), secret: String(json['clientSecret']), json }
}

const stored = (id: string) => runtime.store.registry.findClientByNumber(SERVICE, Number(id))
const UNKNOWN = '17566160603766'

describe('reading a client', () => {
  test.each(['v2', 'v3'] as const)(
    'a client is read by number and by alias, without its secret (%s)',
    async (version) => {
      const { id, json } = await newClient({ clientIdAlias: `read-${version}` })
      const { clientSecret: _, ...visible } = json
      for (const name of [id, `read-${version}`]) {
        const answer = await management[version]('GET', `/client/get/${name}`)
        expect(answer.json).toEqual(visible)
        expect(answer.text).not.toMatch(/Secret"|Digest/)
      }
    },
  )
})

describe('listing clients', () => {
  test('clients are listed in the order of their creation, five at a time, and by developer', async () => {
    const fresh = await fixedRuntime()
    const management = await openManagement(fresh)
    const ids: unknown[] = []
    for (let i = 0; i < 7; i++) {
      fresh.clock.now = addSeconds(START, i)
      const developer = i % 2 === 0 ? { developer: 'even' } : {}
      ids.push((await management.v3('POST', '/client/create', developer)).json['clientId'])
    }
    const listed = async (query: string) => {
      const { json } = await management.v3('GET', `/client/get/list${query}`)
      const clients = json['clients'] as { clientId: number }[]
      return [json['start'], json['end'], json['totalCount'], clients.map(({ clientId }) => clientId)]
    }
    expect(await listed('')).toEqual([0, 5, 7, ids.slice(0, 5)])
    expect(await listed('?start=5&end=100')).toEqual([5, 100, 7, ids.slice(5)])
    expect(await listed('?start=3&end=3')).toEqual([3, 3, 7, []])
    expect(await listed('?start=&end=')).toEqual([0, 5, 7, ids.slice(0, 5)])
    expect(await listed('?developer=even&end=2')).toEqual([0, 2, 4, [ids[0], ids[2]]])
    expect((await management.v2('GET', '/client/get/list?start=6&end=7')).json).toMatchObject({
      totalCount: 7,
    })
    await fresh.close()
  })
})

describe('updating a client', () => {
  test('an update replaces the settings: absent ones get their defaults', async () => {
    const { id, json } = await newClient({
      clientName: 'Shop',
      redirectUris: ['https://a.example/cb'],
      grantTypes: ['CLIENT_CREDENTIALS'],
      tlsClientCertificateBoundAccessTokens: true,
      clientIdAlias: 'replaced',
    })
    runtime.clock.now = addSeconds(START, 60)
    const answer = await post(`/client/update/${id}`, { description: 'new' })
    const { clientSecret: _, clientName: __, ...before } = json
    const after = {
      ...before,
      description: 'new',
      clientIdAlias: id,
      clientType: 'PUBLIC',
      tokenAuthMethod: 'NONE',
      grantTypes: ['AUTHORIZATION_CODE'],
      redirectUris: [],
      tlsClientCertificateBoundAccessTokens: false,
      modifiedAt: (START + 60) * 1000,
    }
    expect(answer.json).toEqual(after)
    expect((await get(`/client/get/${id}`)).json).toEqual(after)
    expect(nulls(answer.json)).toEqual([])
  })

  test('an update of a confidential client without a method sets the method NONE', async () => {
    const { id } = await newClient()
    const { json } = await post(`/client/update/${id}`, { clientType: 'CONFIDENTIAL' })
    expect(json['tokenAuthMethod']).toBe('NONE')
  })

  test('an update keeps the secret and the number', async () => {
    const { id, secret } = await newClient()
    const { json } = await post(`/client/update/${id}`, { clientId: 5, clientSecret: 'x'.repeat(40) })
    expect(String(json['clientId'])).toBe(id)
    expect((await stored(id))?.clientSecretDigest).toBe(digest(secret))
  })

  test('an update with the settings that were read changes only the time', async () => {
    const { id } = await newClient({ extension: { accessTokenDuration: 5 }, clientIdAlias: 'same-again' })
    const read = (await get(`/client/get/${id}`)).json
    expect((await post(`/client/update/${id}`, read)).json).toEqual(read)
    expect((await get('/client/get/same-again')).json).toEqual(read)
  })

  test('an update with another alias frees the old one', async () => {
    const { id } = await newClient({ clientIdAlias: 'old-name' })
    await post(`/client/update/${id}`, { clientIdAlias: 'new-name' })
    expect((await get('/client/get/new-name')).json['clientId']).toBe(Number(id))
    expect((await get('/client/get/old-name')).status).toBe(404)
    await newClient({ clientIdAlias: 'old-name' })
    expect((await get('/client/get/old-name')).status).toBe(200)
  })

  test("an update cannot take another client's alias", async () => {
    await newClient({ clientIdAlias: 'taken' })
    const { id } = await newClient({ clientIdAlias: 'own' })
    expect(failure(await post(`/client/update/${id}`, { clientIdAlias: 'taken' }))).toBe('400 A030601')
    expect((await get('/client/get/own')).json['clientId']).toBe(Number(id))
  })

  test('an alias that an interrupted update left behind names no client', async () => {
    const { id } = await newClient()
    await runtime.store.registry.putAlias(SERVICE, 'left-behind', Number(id))
    expect((await get('/client/get/left-behind')).status).toBe(404)
    expect(await runtime.store.registry.findClient(SERVICE, 'left-behind')).toBeUndefined()
  })

  test('an update checks the settings in the same way as creation', async () => {
    const { id } = await newClient()
    const bad = { redirectUris: ['/cb'] }
    expect(failure(await post(`/client/update/${id}`, bad))).toBe('400 A031209')
    expect(failure(await post(`/client/update/${id}`, { requestObjectRequired: true }))).toBe('400 A031291')
    expect(failure(await post(`/client/update/${id}`, ''))).toBe('400 A032209')
  })

  test('an update can lock a client, and cannot unlock it', async () => {
    const { id } = await newClient()
    await post(`/client/lock_flag/update/${id}`, { clientLocked: true })
    expect((await post(`/client/update/${id}`, { locked: false })).json['locked']).toBe(true)
    const other = await newClient()
    expect((await post(`/client/update/${other.id}`, { locked: true })).json['locked']).toBe(true)
  })

  test('concurrent changes of a client are all applied', async () => {
    const { id } = await newClient()
    const [refreshed] = await Promise.all([
      get(`/client/secret/refresh/${id}`),
      post(`/client/update/${id}`, { clientName: 'Both' }),
      post(`/client/lock_flag/update/${id}`, { clientLocked: true }),
    ])
    const client = await runtime.store.registry.findCurrentClient(SERVICE, id)
    expect(client?.clientSecretDigest).toBe(digest(String(refreshed.json['newClientSecret'])))
    expect(client).toMatchObject({ locked: true, clientName: 'Both' })
  })
})

describe('deleting a client', () => {
  test.each(['v2', 'v3'] as const)(
    'deleting a client is answered with 204 and no body, and frees the alias (%s)',
    async (version) => {
      const { id } = await newClient({ clientIdAlias: 'deleted' })
      const { status, text } = await management[version]('DELETE', `/client/delete/${id}`)
      expect([status, text]).toEqual([204, ''])
      expect((await get(`/client/get/${id}`)).status).toBe(404)
      expect((await get('/client/get/deleted')).status).toBe(404)
      expect((await newClient({ clientIdAlias: 'deleted' })).json['clientIdAlias']).toBe('deleted')
      await v3('DELETE', '/client/delete/deleted')
    },
  )

  test('a deleted client is not resurrected by a concurrent update', async () => {
    const { id } = await newClient()
    await Promise.all([
      v3('DELETE', `/client/delete/${id}`),
      post(`/client/update/${id}`, { clientName: 'x' }),
      get(`/client/secret/refresh/${id}`),
    ])
    expect((await get(`/client/get/${id}`)).status).toBe(404)
  })
})

test.each([
  ['GET', '/client/get/'],
  ['POST', '/client/update/'],
  ['DELETE', '/client/delete/'],
  ['POST', '/client/lock_flag/update/', { clientLocked: true }],
  ['GET', '/client/secret/refresh/'],
  ['POST', '/client/secret/update/', { clientSecret: 'a'.repeat(40) }],
])('%s %s answers 404 for an unknown client (v3)', async (method, path, body?: object) => {
  expect(failure(await v3(method, `${path}${UNKNOWN}`, body ?? {}))).toBe('404 A001212')
  expect(failure(await v3(method, `${path}nobody`, body ?? {}))).toBe('404 A001218')
})

test('every API of clients requires the role manage', async () => {
  const { id } = await newClient()
  const calls = [
    ['GET', `/client/get/${id}`],
    ['GET', '/client/get/list'],
    ['POST', `/client/update/${id}`],
    ['DELETE', `/client/delete/${id}`],
    ['POST', `/client/lock_flag/update/${id}`],
    ['GET', `/client/secret/refresh/${id}`],
    ['POST', `/client/secret/update/${id}`],
  ] as const
  for (const [method, path] of calls) {
    expect(failure(await v3(method, path, {}, RUNTIME))).toBe('403 A001291')
    expect(failure(await v2(method, path, {}, 'wrong'))).toBe('401 A003204')
    expect(failure(await call(method, `/api${path}`, {}))).toBe('401 A001202')
  }
})
