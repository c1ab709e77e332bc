import { describe, expect, test } from 'vitest'
import { newSigningKey, keySet } from '../../support/signing-keys.ts'
import { WEAKENED } from '../../support/fapi2.ts'
import { failure, SERVICE } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v3 } = await testManagement({ fapi2: false })

const PROFILE = {
  fapi2: true,
  supportedTokenAuthMethods: ['TLS_CLIENT_AUTH', 'SELF_SIGNED_TLS_CLIENT_AUTH', 'PRIVATE_KEY_JWT'],
  tlsClientCertificateBoundAccessTokens: true,
  pkceRequired: true,
  pkceS256Required: true,
  refreshTokenKept: true,
}
const CLIENT = {
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: 'CN=client',
  tlsClientCertificateBoundAccessTokens: true,
}

const updateService = (change: object) => v3('POST', '/service/update', change)
const createClient = (change: object) => v3('POST', '/client/create', { ...CLIENT, ...change })

/** `400 A039299 names of the settings`. */
const refusal = (answer: Awaited<ReturnType<typeof updateService>>) =>
  `${failure(answer)} ${/settings: ([\w, ]+)\.$/.exec(String(answer.json['resultMessage']))?.[1] ?? ''}`

describe('a service with fapi2', () => {
  const BREACHES: readonly (readonly [name: string, value: unknown])[] = [
    ['supportedTokenAuthMethods', ['TLS_CLIENT_AUTH', 'CLIENT_SECRET_BASIC']],
    ['supportedTokenAuthMethods', ['NONE']],
    ['supportedTokenAuthMethods', null],
    ['tlsClientCertificateBoundAccessTokens', false],
    ['pkceRequired', false],
    ['pkceS256Required', false],
    ['refreshTokenKept', false],
    ['authorizationCodeDuration', 61],
    ['issSuppressed', true],
    ['shortClientSecretsAllowed', true],
  ]

  test.each(BREACHES)('fapi2 cannot be switched on with %s %j', async (name, value) => {
    expect(refusal(await updateService({ ...PROFILE, [name]: value }))).toBe(`400 A039299 ${name}`)
    expect((await runtime.store.registry.findCurrentService(SERVICE))?.fapi2).toBe(false)
  })

  test.each(BREACHES)('a service with fapi2 refuses %s %j', async (name, value) => {
    expect((await updateService(PROFILE)).json).toMatchObject(PROFILE)
    expect(refusal(await updateService({ [name]: value }))).toBe(`400 A039299 ${name}`)
    expect((await updateService({})).json).toMatchObject(PROFILE)
  })

  test.each([
    ['ES256', 200],
    ['PS256', 200],
    ['EdDSA', 200],
    ['RS256', 400],
    ['ES384', 400],
  ] as const)(
    'a service with fapi2 that sets the signing algorithm %s is answered with %i',
    async (accessTokenSignAlg, status) => {
      await updateService({ ...PROFILE, ...keySet(newSigningKey('1', accessTokenSignAlg).own) })
      const answer = await updateService({ accessTokenSignAlg })
      expect(answer.status).toBe(status)
      if (status === 400) expect(refusal(answer)).toBe('400 A039299 accessTokenSignAlg')
    },
  )

  test('fapi2 can be switched off again', async () => {
    await updateService(PROFILE)
    expect((await updateService({ fapi2: false, pkceRequired: false })).status).toBe(200)
  })
})

describe('a client of a service with fapi2', () => {
  const BREACHES: readonly (readonly [named: string, change: object])[] = [
    ['clientType, tokenAuthMethod', { clientType: 'PUBLIC', tokenAuthMethod: 'NONE' }],
    ['tokenAuthMethod', { tokenAuthMethod: 'CLIENT_SECRET_BASIC' }],
    ['tokenAuthMethod', { tokenAuthMethod: 'CLIENT_SECRET_POST' }],
    ['tokenAuthMethod', { tokenAuthMethod: undefined }],
    ['tlsClientCertificateBoundAccessTokens', { tlsClientCertificateBoundAccessTokens: false }],
    ['tokenAuthSignAlg', { tokenAuthMethod: 'PRIVATE_KEY_JWT', tokenAuthSignAlg: 'RS256' }],
    ['tokenAuthSignAlg', { tokenAuthMethod: 'PRIVATE_KEY_JWT', tokenAuthSignAlg: 'ES384' }],
    ['tokenAuthSignAlg', { tokenAuthMethod: 'PRIVATE_KEY_JWT' }],
    ['introspectionSignAlg', { introspectionSignAlg: 'RS256' }],
    ['userInfoSignAlg', { userInfoSignAlg: 'RS256' }],
    ['idTokenSignAlg', { idTokenSignAlg: 'RS256' }],
    ['redirectUris', { redirectUris: ['https://client.example.org/cb', 'http://client.example.org/cb'] }],
    ['redirectUris', { redirectUris: ['HTTP://127.0.0.1.example.org/cb'] }],
    // The text before the @ is a user name, so the browser goes to the host behind it.
    ['redirectUris', { redirectUris: ['http://127.0.0.1:80@client.example.org/cb'] }],
    ['redirectUris', { redirectUris: ['http://[::1]:@client.example.org/cb'] }],
  ]

  test.each(BREACHES)(
    'a client of a service with fapi2 cannot be registered or changed with a %s as in %j',
    async (named, change) => {
      await updateService(PROFILE)
      expect(refusal(await createClient(change))).toBe(`400 A031299 ${named}`)
      expect(await runtime.store.registry.listClients(SERVICE)).toEqual([])
      const { json } = await createClient({})
      const path = `/client/update/${String(json['clientId'])}`
      expect(refusal(await v3('POST', path, { ...CLIENT, ...change }))).toBe(`400 A031299 ${named}`)
      const { json: kept } = await v3('GET', `/client/get/${String(json['clientId'])}`)
      expect(kept).toMatchObject(CLIENT)
      await v3('DELETE', `/client/delete/${String(json['clientId'])}`)
    },
  )

  test('a client with fapi2 is held to the same where its service does not have it', async () => {
    const own = await createClient({ fapi2: true })
    expect(own.json['fapi2']).toBe(true)
    const path = `/client/update/${String(own.json['clientId'])}`
    for (const [named, change] of BREACHES) {
      expect(refusal(await createClient({ ...change, fapi2: true }))).toBe(`400 A031299 ${named}`)
      expect(refusal(await v3('POST', path, { ...CLIENT, ...change }))).toBe(`400 A031299 ${named}`)
    }
  })

  test('a client of a service with fapi2 needs no binding to a certificate if it has dpopRequired, and cannot lose both', async () => {
    await updateService(PROFILE)
    const byKey = { dpopRequired: true, tlsClientCertificateBoundAccessTokens: false }
    const { status, json } = await createClient(byKey)
    expect([status, json['dpopRequired']]).toEqual([200, true])
    const path = `/client/update/${String(json['clientId'])}`
    const unbound = await v3('POST', path, { ...CLIENT, ...byKey, dpopRequired: false })
    expect(refusal(unbound)).toBe('400 A031299 tlsClientCertificateBoundAccessTokens')
    await v3('DELETE', `/client/delete/${String(json['clientId'])}`)
  })

  test('a client can have fapi2 only where its service keeps what one client cannot have for itself', async () => {
    for (const [named, change] of [
      ['issSuppressed', { issSuppressed: true }],
      ['authorizationCodeDuration', { authorizationCodeDuration: 61 }],
      ['accessTokenSignAlg', { accessTokenSignAlg: 'ES384', ...keySet(newSigningKey('1', 'ES384').own) }],
    ] as const) {
      expect((await updateService(change)).status).toBe(200)
      expect(refusal(await createClient({ fapi2: true }))).toBe(`400 A031299 ${named}`)
      await updateService({ [named]: null })
    }
  })

  test('a client keeps fapi2 when an update leaves it out, and loses it only by an explicit false', async () => {
    const { json } = await createClient({ fapi2: true })
    const update = async (members: object) => {
      const answer = await v3('POST', `/client/update/${String(json['clientId'])}`, { ...CLIENT, ...members })
      return answer.json['fapi2']
    }
    expect(await update({})).toBe(true)
    expect(await update({ fapi2: null })).toBe(true)
    expect(await update({ fapi2: false })).toBe(false)
    expect(await update({})).toBe(false)
    expect(await update({ fapi2: true })).toBe(true)
  })

  test.each(['http://127.0.0.1:8080/cb', 'http://[::1]/cb', 'com.example.app:/cb'])(
    'a client of a service with fapi2 may be answered at %s',
    async (uri) => {
      await updateService(PROFILE)
      expect((await createClient({ redirectUris: [uri] })).status).toBe(200)
    },
  )

  test.each(['PS256', 'ES256', 'EdDSA', 'Ed25519'])(
    'a client of a service with fapi2 may sign assertions with %s',
    async (alg) => {
      await updateService(PROFILE)
      const { status } = await createClient({ tokenAuthMethod: 'PRIVATE_KEY_JWT', tokenAuthSignAlg: alg })
      expect(status).toBe(200)
    },
  )

  test.each(BREACHES)(
    'without fapi2 a client can be registered with a %s as in %j',
    async (_named, change) => {
      expect((await createClient(change)).status).toBe(200)
    },
  )
})

test('a refusal names all settings that violate the profile at once', async () => {
  const wrong = { pkceRequired: false, refreshTokenKept: null, issSuppressed: true }
  expect(refusal(await updateService({ ...PROFILE, ...wrong }))).toBe(
    '400 A039299 pkceRequired, refreshTokenKept, issSuppressed',
  )
  expect((await updateService({ issSuppressed: true, authorizationCodeDuration: 61 })).status).toBe(200)
  expect(refusal(await createClient({ fapi2: true, clientType: 'PUBLIC' }))).toBe(
    '400 A031299 clientType, authorizationCodeDuration, issSuppressed',
  )
})

test('the answer about a service has the stored settings, also where fapi2 replaces them for requests', async () => {
  await runtime.store.registry.changeService(SERVICE, (service) => ({ ...service, ...WEAKENED }))
  expect((await v3('GET', '/service/get')).json).toMatchObject(WEAKENED)
  const off = { fapi2: false }
  expect((await updateService(off)).json).toMatchObject({ ...WEAKENED, ...off })
})

test('to send back the answers of a service and a client under fapi2, and to switch it off, changes no other setting', async () => {
  await updateService({ ...PROFILE, fapi2: false, authorizationCodeDuration: 30 })
  const { json: client } = await createClient({})
  const settings = async () => {
    const { json: service } = await v3('GET', '/service/get')
    const { json } = await v3('GET', `/client/get/${String(client['clientId'])}`)
    return [service, json].map(({ modifiedAt: _, ...members }) => members)
  }
  const before = await settings()
  const on = await updateService({ fapi2: true })
  expect((await updateService(on.json)).status).toBe(200)
  expect((await v3('POST', `/client/update/${String(client['clientId'])}`, client)).status).toBe(200)
  await updateService({ fapi2: false })
  expect(await settings()).toEqual(before)
})
