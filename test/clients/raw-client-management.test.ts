import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { localSite } from '../infra/examples/authorization-server/local-site.ts'
import { nulls } from '../support/management.ts'
import { CLIENT, rawClient, type RawClient, SERVICE } from './raw-client.ts'

const site = await localSite()
afterAll(site.close)

describe.each(['Java, v2', 'Python, v3'] as const)('%s', (name) => {
  let client: RawClient
  beforeEach(() => {
    client = rawClient(site, name)
  })

  test('a client is managed although every property is sent, also those that are not set', async () => {
    expect(Object.keys(CLIENT).length).toBeGreaterThan(80)
    expect(CLIENT).toMatchObject({ clientId: 0, number: 0, clientType: null, dpopRequired: false })
    const bare = await client.post('/client/create', CLIENT)
    expect(bare).toMatchObject({ status: 200, json: { clientType: 'PUBLIC', tokenAuthMethod: 'NONE' } })
    expect(nulls(bare.json)).toEqual([])

    const settings = {
      ...{
        clientName: "Bob's = <shop>",
        clientType: 'CONFIDENTIAL',
        redirectUris: ['https://a.example/?a=b'],
      },
      ...{ contacts: null, extension: { requestableScopesEnabled: false, requestableScopes: null } },
    }
    const created = await client.post('/client/create', { ...CLIENT, ...settings })
    expect(created.json).toMatchObject({
      ...{ clientName: "Bob's = <shop>", tokenAuthMethod: 'CLIENT_SECRET_BASIC' },
      redirectUris: ['https://a.example/?a=b'],
    })
    const id = String(created.json['clientId'])
    const got = await client.get(`/client/get/${id}`)
    expect(got.json).toMatchObject({ clientName: "Bob's = <shop>" })
    expect(got.json).not.toHaveProperty('clientSecret')
    expect((await client.get('/client/get/list?start=0&end=5')).status).toBe(200)

    // The whole object goes back, with one thing changed.
    const updated = await client.post(`/client/update/${id}`, { ...CLIENT, ...got.json, description: 'x' })
    const { modifiedAt: _, ...unchanged } = got.json
    expect(updated.json).toMatchObject({ ...unchanged, description: 'x' })

    expect((await client.post(`/client/lock_flag/update/${id}`, { clientLocked: true })).status).toBe(200)
    expect((await client.get(`/client/get/${id}`)).json['locked']).toBe(true)
    expect((await client.get(`/client/secret/refresh/${id}`)).json['resultCode']).toBe('A148001')
    const secret = await client.post(`/client/secret/update/${id}`, { clientSecret: 's'.repeat(43) })
    expect(secret.json['resultCode']).toBe('A149001')
    expect(await client.remove(`/client/delete/${id}`)).toMatchObject({ status: 204, text: '' })
    const gone = await client.get(`/client/get/${id}`)
    expect([gone.status, gone.json['resultCode']]).toEqual([
      404,
      client.version === 2 ? 'A027201' : 'A001212',
    ])
  })

  test('a service that its owner created goes back as a whole object, which changes nothing', async () => {
    expect(Object.keys(SERVICE).length).toBeGreaterThan(80)
    const created = await client.asOwner('POST', '/api/service/create', {
      ...{ ...SERVICE, serviceName: 'Second', issuer: 'https://second.example.com' },
    })
    expect(created).toMatchObject({
      status: 200,
      json: { serviceName: 'Second', accessTokenDuration: 86_400 },
    })
    expect(nulls(created.json)).toEqual([])
    const id = String(created.json['apiKey'])
    const path = (action: string) =>
      client.version === 2 ? `/api/service/${action}/${id}` : `/api/${id}/service/${action}`

    const before = await client.asOwner('GET', path('get'))
    const same = await client.asOwner('POST', path('update'), { ...SERVICE, ...before.json })
    const { modifiedAt: _, ...settings } = before.json
    expect(same.json).toMatchObject(settings)
    const changed = await client.asOwner('POST', path('update'), {
      ...{ ...SERVICE, ...before.json, tlsClientCertificateBoundAccessTokens: true, accessTokenDuration: 0 },
    })
    expect(changed.json).toMatchObject({
      ...{ tlsClientCertificateBoundAccessTokens: true, accessTokenDuration: 86_400 },
    })
    const list = await client.asOwner('GET', '/api/service/get/list?start=0&end=10')
    expect(list.json['services']).toEqual(
      expect.arrayContaining([expect.objectContaining({ apiKey: Number(id) }) as unknown]),
    )
    expect(await client.asOwner('DELETE', path('delete'))).toMatchObject({ status: 204, text: '' })
    expect((await client.asOwner('GET', path('get'))).status).toBe(404)
  })

  test('the documents and the calls without credentials are answered', async () => {
    const document = await client.get('/service/configuration?pretty=true')
    expect(document.json).toMatchObject({ issuer: site.plainUrl, jwks_uri: `${site.plainUrl}/jwks` })
    const posted = await client.post('/service/configuration', { pretty: true, patch: null })
    expect([posted.status, posted.json]).toEqual([200, document.json])
    const keys = await client.get('/service/jwks/get?includePrivateKeys=false&pretty=true')
    expect(keys.json['keys']).toMatchObject([{ kid: '1' }])
    expect(await (await fetch(`${site.webApiUrl}/api/lifecycle/healthcheck`)).text()).toBe('OK')
    expect((await fetch(`${site.webApiUrl}/api/misc/echo`)).status).toBe(200)
  })

  test('a call that is not offered is answered with a code', async () => {
    const known = await client.post('/device/verification', { userCode: 'x' })
    expect([known.status, known.json['action'], known.json['resultCode']]).toEqual([
      200,
      'NOT_EXIST',
      'A001391',
    ])
    const answer = await client.post('/nothing/of/authlete', { parameters: 'a=b' })
    expect([answer.status, answer.json['resultCode']]).toEqual([404, 'A001295'])
  })
})
