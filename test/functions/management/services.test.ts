import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import {
  type Answered,
  basic,
  bearer,
  failure,
  MANAGE,
  nulls,
  openManagement,
  ORGANIZATION,
  OWNER_KEY,
  OWNER_SECRET,
  RUNTIME,
  SERVICE,
} from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v2, v3, call } = await testManagement()

const owner = basic(OWNER_KEY, OWNER_SECRET)
const organization = bearer(ORGANIZATION)
const create = (body: unknown, headers = owner) => call('POST', '/api/service/create', body, headers)
const update = (apiKey: unknown, body: unknown) =>
  call('POST', `/api/service/update/${String(apiKey)}`, body, owner)
const read = (apiKey: unknown) => call('GET', `/api/service/get/${String(apiKey)}`, undefined, owner)
const ISSUER = { issuer: 'https://new.example.com' }

async function newService(members: object = {}): Promise<Answered['json']> {
  return (await create({ ...ISSUER, ...members })).json
}

describe('creating a service', () => {
  test('a new service has the defaults of the contract, and a secret that only this answer has', async () => {
    const { apiKey, apiSecret, number, credentials, ...rest } = await newService()
    expect(rest).toMatchObject({
      ...ISSUER,
      supportedGrantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
      supportedResponseTypes: ['CODE'],
      supportedTokenAuthMethods: ['CLIENT_SECRET_BASIC'],
      supportedScopes: [],
      scopeRequired: false,
      clientIdAliasEnabled: false,
      accessTokenDuration: 86400,
      refreshTokenDuration: 864000,
      authorizationCodeDuration: 60,
      tlsClientCertificateBoundAccessTokens: false,
      fapi2: false,
      refreshTokenKept: false,
      refreshTokenIdempotent: false,
      accessTokenType: 'Bearer',
      attributes: [],
      refreshTokenDurationKept: false,
      refreshTokenDurationReset: false,
      tokenExpirationLinked: false,
      singleAccessTokenPerSubject: false,
      errorDescriptionOmitted: false,
      errorUriOmitted: false,
      pkceRequired: false,
      pkceS256Required: false,
      parRequired: false,
      pushedAuthReqDuration: 300,
      issSuppressed: false,
      mtlsEndpointAliases: [],
      mutualTlsValidatePkiCertChain: false,
      trustedRootCertificates: [],
      createdAt: START * 1000,
      modifiedAt: START * 1000,
    })
    expect(apiSecret).toMatch(/^[A-Za-z0-9_-]{86}$/)
    expect(number).toBeLessThan(2 ** 31)
    const id = expect.stringMatching(/^.{16}$/) as string
    expect(credentials).toEqual([{ id, role: 'manage', createdAt: START * 1000 }])
    const again = await read(apiKey)
    expect(again.json).not.toHaveProperty('apiSecret')
    expect(again.text).not.toContain(String(apiSecret))
    expect(JSON.stringify(await runtime.store.registry.findService(Number(apiKey)))).not.toContain(apiSecret)
  })

  test('a new service accepts its secret, in v2 and in v3', async () => {
    const { apiKey, apiSecret } = await newService()
    const id = String(apiKey)
    const clients = await call('GET', '/api/client/get/list', undefined, basic(id, String(apiSecret)))
    expect(clients.json).toMatchObject({ totalCount: 0 })
    const own = await call('GET', `/api/${id}/service/get`, undefined, bearer(String(apiSecret)))
    expect(own.json).toMatchObject({ apiKey, ...ISSUER })
  })

  test('a service is created from a body of the Java client, which has every member', async () => {
    const { status, json } = await create({
      ...ISSUER,
      apiKey: 0,
      number: 0,
      serviceName: null,
      supportedGrantTypes: null,
      accessTokenDuration: 0,
      accessTokenSignAlg: null,
      parRequired: false,
      jwks: null,
      supportedScopes: [{ name: 'read', defaultEntry: false, description: null, attributes: null }],
      credentials: null,
    })
    expect(status).toBe(200)
    expect(json['accessTokenDuration']).toBe(86400)
    expect(nulls(json)).toEqual([])
  })

  test('only the owner and the organization can create services', async () => {
    expect((await create(ISSUER, organization)).status).toBe(200)
    expect(failure(await create(ISSUER, basic(String(SERVICE), MANAGE)))).toBe('401 A002201')
    expect(failure(await create(ISSUER, basic(OWNER_KEY, 'wrong')))).toBe('401 A002205')
    expect(failure(await create(ISSUER, bearer(MANAGE)))).toBe('401 A458101')
    expect(failure(await call('POST', '/api/service/create', ISSUER))).toBe('401 A001202')
  })
})

describe('updating a service', () => {
  const SETTINGS = {
    serviceName: 'Bank',
    description: 'A bank',
    supportedGrantTypes: ['CLIENT_CREDENTIALS'],
    supportedScopes: [
      { name: 'read', defaultEntry: true, description: 'Read', descriptions: [{ tag: 'en', value: 'Read' }] },
    ],
    accessTokenDuration: 300,
    pkceRequired: true,
    tokenEndpoint: 'https://new.example.com/t',
    attributes: [{ key: 'a', value: 'b' }],
  }

  test('an update keeps the settings that are absent', async () => {
    const { apiSecret: _, ...created } = await newService(SETTINGS)
    runtime.clock.now = addSeconds(START, 5)
    const { json } = await update(created['apiKey'], { accessTokenDuration: 600 })
    const after = { ...created, accessTokenDuration: 600, modifiedAt: (START + 5) * 1000 }
    expect(json).toEqual(after)
    expect((await read(created['apiKey'])).json).toEqual(after)
  })

  test('an update with null puts the default in place', async () => {
    const { apiKey } = await newService(SETTINGS)
    const cleared = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, null]))
    const { json } = await update(apiKey, cleared)
    const { apiSecret: _, apiKey: __, number: ___, credentials: ____, ...defaults } = await newService()
    expect(json).toMatchObject(defaults)
    expect(json).not.toHaveProperty('serviceName')
    expect(json).not.toHaveProperty('description')
    expect(json).toMatchObject({ attributes: [] })
  })

  test('a new service takes short client secrets, unless it has fapi2 or forbids them', async () => {
    const named = 'shortClientSecretsAllowed'
    const { apiKey, ...created } = await newService()
    expect(created[named]).toBe(true)
    expect((await newService({ [named]: null }))[named]).toBe(true)
    expect((await newService({ [named]: false }))[named]).toBe(false)
    expect((await update(apiKey, { serviceName: 'x' })).json[named]).toBe(true)
    expect((await update(apiKey, { [named]: null })).json[named]).toBe(false)
    const profile = {
      ...{ fapi2: true, pkceRequired: true, pkceS256Required: true, refreshTokenKept: true },
      ...{ tlsClientCertificateBoundAccessTokens: true, supportedTokenAuthMethods: ['TLS_CLIENT_AUTH'] },
    }
    expect((await newService(profile))[named]).toBe(false)
    const other = await newService()
    expect((await update(other['apiKey'], profile)).json[named]).toBe(false)
  })

  test('an update sets false and empty lists, and 0 and empty texts if they are valid values', async () => {
    const { apiKey } = await newService({ ...SETTINGS, clientsPerDeveloper: 3 })
    const set = { pkceRequired: false, supportedScopes: [], description: '', clientsPerDeveloper: 0 }
    expect((await update(apiKey, set)).json).toMatchObject(set)
    expect((await update(apiKey, { accessTokenDuration: 0, tokenEndpoint: '' })).json).toMatchObject({
      accessTokenDuration: 86400,
    })
  })

  test('an update with the settings that were read changes nothing', async () => {
    const { apiSecret: _, ...created } = await newService(SETTINGS)
    expect((await update(created['apiKey'], created)).json).toEqual(created)
  })

  test('an update keeps the number and the time of creation of the service', async () => {
    const { apiKey, number, createdAt } = await newService()
    const { json } = await update(apiKey, { apiKey: 5, number: 6, createdAt: 7, apiSecret: 'x' })
    expect(json).toMatchObject({ apiKey, number, createdAt })
  })

  test('a service is updated with its own credentials by v3, and by the owner by v2', async () => {
    expect((await v3('POST', '/service/update', { serviceName: 'A' })).json['serviceName']).toBe('A')
    const byOrganization = `/api/${String(SERVICE)}/service/update`
    expect((await call('POST', byOrganization, { serviceName: 'B' }, organization)).status).toBe(200)
    expect(failure(await v3('POST', '/service/update', {}, RUNTIME))).toBe('403 A001291')
    const own = await v2('POST', `/service/update/${String(SERVICE)}`, {})
    expect(failure(own)).toBe('401 A002201')
    expect(failure(await v3('POST', '/service/update', ''))).toBe('400 A039201')
    expect(failure(await update(5, {}))).toBe('404 A037201')
  })

  test('an issuer on a loopback address may be plain http', async () => {
    expect((await create({ issuer: 'http://localhost:8080' })).status).toBe(200)
  })
})

test('a deleted service is unknown to all callers but those that delete it again', async () => {
  const { apiKey, apiSecret } = await newService()
  const id = String(apiKey)
  const deleted = await call('DELETE', `/api/${id}/service/delete`, undefined, bearer(String(apiSecret)))
  expect([deleted.status, deleted.text]).toEqual([204, ''])
  expect(failure(await read(apiKey))).toBe('404 A037201')
  const clients = await call('GET', '/api/client/get/list', undefined, basic(id, String(apiSecret)))
  expect(failure(clients)).toBe('401 A003201')
  expect((await call('DELETE', `/api/service/delete/${id}`, undefined, owner)).status).toBe(204)
})

test('services are listed in the order of their creation, for the owner only', async () => {
  const fresh = await fixedRuntime()
  const { call } = await openManagement(fresh)
  const keys: unknown[] = [SERVICE]
  for (let i = 1; i < 4; i++) {
    fresh.clock.now = addSeconds(START, i)
    keys.push((await call('POST', '/api/service/create', ISSUER, owner)).json['apiKey'])
  }
  const { json } = await call('GET', '/api/service/get/list?start=1&end=3', undefined, organization)
  expect(json).toMatchObject({ start: 1, end: 3, totalCount: 4 })
  expect((json['services'] as { apiKey: number }[]).map(({ apiKey }) => apiKey)).toEqual(keys.slice(1, 3))
  const byService = await call('GET', '/api/service/get/list', undefined, basic(String(SERVICE), MANAGE))
  expect(failure(byService)).toBe('401 A002201')
  await fresh.close()
})
