import { describe, expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { START } from '../../support/fixed-runtime.ts'
import { failure, nulls, RUNTIME, SERVICE } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const { runtime, v2, v3 } = await testManagement()

const create = (body: unknown) => v3('POST', '/client/create', body)

describe('creating a client', () => {
  test('a client that is created without settings is public and has the defaults of the contract', async () => {
    const { status, json } = await create({})
    const { clientId, clientSecret, ...rest } = json
    expect(status).toBe(200)
    expect(rest).toMatchObject({
      serviceNumber: 715948317,
      clientIdAlias: String(clientId),
      clientIdAliasEnabled: true,
      clientType: 'PUBLIC',
      tokenAuthMethod: 'NONE',
      redirectUris: [],
      grantTypes: ['AUTHORIZATION_CODE'],
      responseTypes: ['CODE'],
      tlsClientCertificateBoundAccessTokens: false,
      attributes: [],
      singleAccessTokenPerSubject: false,
      pkceRequired: false,
      pkceS256Required: false,
      locked: false,
      resourceServerAudiences: [],
      createdAt: START * 1000,
      modifiedAt: START * 1000,
    })
    expect(clientSecret).toMatch(/^[A-Za-z0-9_-]{86}$/)
  })

  test('a new client has a number of 14 or 15 digits, below 2^47', async () => {
    for (let i = 0; i < 20; i++) {
      const { clientId } = (await create({})).json
      expect(String(clientId)).toMatch(/^[1-9][0-9]{13,14}$/)
      expect(clientId).toBeLessThan(2 ** 47)
    }
  })

  test('a client is stored with the digest of its secret and without the secret', async () => {
    const { clientId, clientSecret } = (await create({ clientType: 'CONFIDENTIAL' })).json
    const stored = await runtime.store.registry.findClientByNumber(SERVICE, Number(clientId))
    expect(stored?.clientSecretDigest).toBe(digest(String(clientSecret)))
    expect(JSON.stringify(stored)).not.toContain(String(clientSecret))
    expect(runtime.lines.join('\n')).not.toContain(String(clientSecret))
  })

  test('a confidential client that is created without a method uses Basic', async () => {
    const { json } = await create({ clientType: 'CONFIDENTIAL' })
    expect(json['tokenAuthMethod']).toBe('CLIENT_SECRET_BASIC')
  })

  test('a client is created from a body of the Java client, which has every member', async () => {
    const { status, json } = await create({
      clientId: 0,
      number: 0,
      clientType: null,
      clientName: '',
      clientNames: [{ tag: null, value: 'Shop' }],
      grantTypes: null,
      dpopRequired: false,
      defaultMaxAge: 0,
      requestUris: [],
      extension: { accessTokenDuration: 0, requestableScopes: null, tokenExchangePermitted: false },
    })
    expect(status).toBe(200)
    expect(json).toMatchObject({ clientType: 'PUBLIC', extension: { requestableScopesEnabled: false } })
    expect(json['clientId']).not.toBe(0)
    expect(nulls(json)).toEqual([])
  })

  test('a number and a secret in the body of a new client are ignored', async () => {
    const { json } = await create({ clientId: 17566160603766, clientSecret: 's'.repeat(43) })
    expect(json['clientId']).not.toBe(17566160603766)
    expect(json['clientSecret']).not.toBe('s'.repeat(43))
  })

  test('settings that describe a client are stored and returned', async () => {
    const described = {
      clientName: 'Shop',
      clientNames: [{ tag: 'ja', value: '店' }],
      description: 'A shop',
      developer: 'dev-1',
      applicationType: 'WEB',
      contacts: ['a@example.com'],
      logoUri: 'https://client.example.org/logo.png',
      attributes: [{ key: 'tier', value: 'gold' }],
      customMetadata: '{"a":1}',
      jwksUri: 'https://client.example.org/jwks',
    }
    const { json } = await create(described)
    expect(json).toMatchObject(described)
    expect((await v3('GET', `/client/get/${String(json['clientId'])}`)).json).toMatchObject(described)
  })

  test('a new client can have a token lifetime and scopes in its extension', async () => {
    const extension = { accessTokenDuration: 60, requestableScopesEnabled: true, requestableScopes: ['a'] }
    expect((await create({ extension })).json['extension']).toEqual(extension)
  })

  test('a client that is created locked is stored locked', async () => {
    const { clientId } = (await create({ locked: true })).json
    const stored = await runtime.store.registry.findClientByNumber(SERVICE, Number(clientId))
    expect(stored?.locked).toBe(true)
  })

  test('a client that is created by v2 has aliases off by default', async () => {
    expect((await v2('POST', '/client/create', {})).json['clientIdAliasEnabled']).toBe(false)
    const asked = await v2('POST', '/client/create', { clientIdAliasEnabled: true })
    expect(asked.json['clientIdAliasEnabled']).toBe(true)
  })
})

describe('an alias', () => {
  test('an alias that another client of the service has is refused', async () => {
    expect((await create({ clientIdAlias: 'shop' })).status).toBe(200)
    expect(failure(await create({ clientIdAlias: 'shop' }))).toBe('400 A123603')
  })

  test('an alias must not look like the number of a client', async () => {
    expect(failure(await create({ clientIdAlias: '17566160603766' }))).toBe('400 A031202')
  })

  test('an alias is ASCII of at most 200 characters', async () => {
    expect(failure(await create({ clientIdAlias: 'größe' }))).toBe('400 A031203')
    expect(failure(await create({ clientIdAlias: 'x'.repeat(201) }))).toBe('400 A031204')
    expect((await create({ clientIdAlias: 'x'.repeat(200) })).status).toBe(200)
  })
})

describe('redirect URIs', () => {
  test.each([
    ['https://client.example.org/cb', 200],
    ['http://127.0.0.1:8080/cb?a=%20b', 200],
    ['com.example.app:/cb', 200],
    ['x'.repeat(201), 'A031204'],
    ['https://client.example.org/größe', 'A031203'],
    ['https://client.example.org/a b', 'A031208'],
    ['https://client.example.org/%zz', 'A031208'],
    ['/cb', 'A031209'],
    ['client.example.org/cb', 'A031209'],
    ['https://', 'A031209'],
    ['https:///cb', 'A031209'],
    ['https://client.example.org/cb#a', 'A031210'],
    ['https://client.example.org/cb#', 'A031210'],
    ['javascript:alert(1)', 'A031201'],
    ['DATA:text/html,x', 'A031201'],
  ])('a client with the redirect URI %s is answered with %s', async (uri, expected) => {
    const answer = await create({ redirectUris: [uri] })
    expect(answer.json['resultCode'] ?? answer.status).toBe(expected)
  })

  test('redirect URIs are different from each other, and the refusal names the duplicate by its index', async () => {
    const uris = ['https://a.example/', 'https://b.example/', 'https://a.example/']
    const { json } = await create({ redirectUris: uris })
    expect(json).toEqual({
      resultCode: 'A031211',
      resultMessage:
        "[A031211] /client/create, The element at the index '2' of 'redirectUris' is a duplicate.",
    })
  })
})

describe('the subject of a client certificate', () => {
  const tls = { clientType: 'CONFIDENTIAL', tokenAuthMethod: 'TLS_CLIENT_AUTH' }

  test('the subject of a client certificate is one distinguished name', async () => {
    const { json } = await create({ ...tls, tlsClientAuthSubjectDn: 'CN=Client, O=Example, C=JP' })
    expect(json).toMatchObject({ ...tls, tlsClientAuthSubjectDn: 'CN=Client, O=Example, C=JP' })
  })

  test.each([
    ['missing', {}, 'A032217'],
    ['given twice', { tlsClientAuthSubjectDn: 'CN=a', tlsClientAuthSanDns: 'a' }, 'A032216'],
    ['no distinguished name', { tlsClientAuthSubjectDn: 'Client' }, 'A031223'],
    ['no IP address', { tlsClientAuthSanIp: '192.0.2.010' }, 'A031202'],
  ])('a subject that is %s is refused', async (_, members, code) => {
    expect(failure(await create({ ...tls, ...members }))).toBe(`400 ${code}`)
  })
})

describe('a setting that certbound would not follow', () => {
  test.each([
    [{ extension: { tokenExchangePermitted: true } }, 'A031291', 'tokenExchangePermitted'],
    [{ defaultAcrs: ['a'.repeat(1025), 'b'.repeat(1024)] }, 'A031201', 'defaultAcrs'],
    [{ subjectType: 'PAIRWISE' }, 'A031201', 'subjectType'],
    [{ responseTypes: ['CODE_ID_TOKEN'] }, 'A031201', 'responseTypes'],
    [{ idTokenEncryptionAlg: 'RSA_OAEP' }, 'A031291', 'idTokenEncryptionAlg'],
    [{ sectorIdentifierUri: 'https://a.example' }, 'A031291', 'sectorIdentifierUri'],
    [{ idTokenSignAlg: 'HS256' }, 'A031201', 'idTokenSignAlg'],
    [{ grantTypes: ['PASSWORD'] }, 'A031201', 'grantTypes'],
    [{ grantTypes: ['AUTHORIZATION_CODE', 'IMPLICIT'] }, 'A031201', 'grantTypes'],
    [{ responseTypes: ['TOKEN'] }, 'A031201', 'responseTypes'],
    [{ tokenAuthMethod: 'CLIENT_SECRET_JWT' }, 'A031201', 'tokenAuthMethod'],
    [{ clientType: 'OTHER' }, 'A031201', 'clientType'],
    [{ subjectType: 'PAIRWISE' }, 'A031201', 'subjectType'],
    [{ extension: { accessTokenDuration: -1 } }, 'A031213', 'accessTokenDuration'],
    [{ jwks: '{' }, 'A031212', 'jwks'],
    [{ jwks: '{"keys":[null]}' }, 'A031212', 'jwks'],
    [{ jwks: 'null' }, 'A031212', 'jwks'],
    [{ jwks: '{"keys":[{"kty":"EC","d":"x"}]}' }, 'A031296', 'jwks'],
    [{ redirectUris: 'https://a.example' }, 'A001294', 'redirectUris'],
    [{ pkceRequired: 'true' }, 'A001294', 'pkceRequired'],
    [{ extension: { accessTokenDuration: 1.5 } }, 'A001294', 'extension'],
  ])('creating a client with %j is refused with %s, which names the setting', async (body, code, named) => {
    const { json, status } = await create(body)
    expect([status, json['resultCode']]).toEqual([400, code])
    expect(json['resultMessage']).toContain(`'${named}'`)
  })

  test('a member that is unknown to Authlete is ignored', async () => {
    expect((await create({ somethingNew: true })).status).toBe(200)
  })
})

test('creating a client takes an object as body, POST, and a credential with the role manage', async () => {
  const bodies = await Promise.all(['', '[]', '{', 'null'].map(create))
  expect(bodies.map(failure)).toEqual(['400 A032209', '400 A001292', '400 A001292', '400 A001292'])
  expect(failure(await v3('GET', '/client/create'))).toBe('405 A001296')
  expect(failure(await v3('POST', '/client/create', {}, RUNTIME))).toBe('403 A001291')
  expect(failure(await v2('POST', '/client/create', {}, RUNTIME))).toBe('403 A001291')
})
