import { describe, expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { testWalk } from '../../support/test-runtime.ts'

const METADATA = '/.well-known/oauth-authorization-server'

const walk = await testWalk()

test('the key set is only the public half of the signing key', async () => {
  const { json, text } = await walk.send({ route: '/jwks', method: 'GET' })
  const { crv, x, y, d } = walk.signingKey.export({ format: 'jwk' })
  expect(json).toEqual({ keys: [{ kty: 'EC', crv, x, y, kid: '1', alg: 'ES256', use: 'sig' }] })
  expect(text).not.toContain(d)
})

test('the key set is empty without keys', async () => {
  await walk.setService({ jwks: [] })
  expect((await walk.send({ route: '/jwks', method: 'GET' })).json).toEqual({ keys: [] })
})

describe.each([METADATA, '/jwks'])('%s', (route) => {
  test('any page may keep and read the document without credentials', async () => {
    const { status, headers } = await walk.send({ route, method: 'GET' })
    expect(status).toBe(200)
    expect(headers).toEqual({
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
    })
  })

  test('the document is the same on every domain', async () => {
    const here = await walk.send({ route, method: 'GET' })
    const there = await walk.send({ route, method: 'GET', domainName: 'api.example.com' })
    expect(there.text).toBe(here.text)
  })

  test.each(['POST', 'PUT', 'DELETE'])('the document does not answer %s', async (method) => {
    const { status, headers, json } = await walk.send({ route, method })
    expect([status, headers['allow'], json['error']]).toEqual([405, 'GET', 'invalid_request'])
  })

  test('the document has no secret in it', async () => {
    const { text } = await walk.send({ route, method: 'GET' })
    for (const secret of Object.values(walk.secrets)) {
      expect(text).not.toContain(secret)
      expect(text).not.toContain(digest(secret))
    }
  })
})

const read = (issuerPath: string) =>
  walk.send({ route: `${METADATA}/{issuerPath+}`, method: 'GET', pathParameters: { issuerPath } })

test('the metadata of an issuer with a path is at the place of RFC 8414', async () => {
  await walk.setService({ issuer: 'https://as.example.com/tenants/one' })
  const { status, json } = await read('tenants/one')
  expect(status).toBe(200)
  expect(json['issuer']).toBe('https://as.example.com/tenants/one')
  expect(json).toEqual((await walk.send({ route: METADATA, method: 'GET' })).json)
})

test('the slash at the end of an issuer is not part of the place', async () => {
  await walk.setService({ issuer: 'https://as.example.com/one/' })
  expect((await read('one')).json['issuer']).toBe('https://as.example.com/one/')
})

test('endpoints of an issuer with a path are at the root of the domain, where the routes are', async () => {
  await walk.setService({ issuer: 'https://as.example.com/tenants/one' })
  const { json } = await read('tenants/one')
  expect([json['token_endpoint'], json['jwks_uri']]).toEqual([
    'https://as.example.com/token',
    'https://as.example.com/jwks',
  ])
})

test.each(['two', 'tenants', 'tenants/one/more', 'tenants/On%65', 'tenants//one', '%zz'])(
  'the metadata of an issuer with a path is not at %s',
  async (issuerPath) => {
    await walk.setService({ issuer: 'https://as.example.com/tenants/one' })
    const { status, text } = await read(issuerPath)
    expect(status).toBe(404)
    expect(text).not.toContain('issuer')
  },
)

test('an issuer without a path has no metadata at any path', async () => {
  expect((await read('tenants/one')).status).toBe(404)
})

describe('an OpenID provider', () => {
  const OPENID = '/.well-known/openid-configuration'
  const PROVIDER = { supportedScopes: [{ name: 'openid' }, { name: 'read' }] }
  const find = (path: object = {}) => walk.send({ route: OPENID, method: 'GET', ...path })

  test('an OpenID provider has the document of OpenID Connect Discovery, which is also that of RFC 8414', async () => {
    await walk.setService({
      ...PROVIDER,
      authorizationEndpoint: 'https://login.example.com/authorize',
      ...{ supportedClaims: ['sub', 'name'], supportedAcrs: ['gold'] },
    })
    const { status, headers, json } = await find()
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=300'])
    expect(json).toEqual((await walk.send({ route: METADATA, method: 'GET' })).json)
    expect((await walk.v3('GET', '/service/configuration')).json).toEqual(json)
    expect(json).toMatchObject({
      ...{ issuer: 'https://as.example.com', authorization_endpoint: 'https://login.example.com/authorize' },
      ...{ scopes_supported: ['openid', 'read'], response_types_supported: ['code'] },
      ...{ subject_types_supported: ['public'], id_token_signing_alg_values_supported: ['ES256'] },
      ...{ claims_supported: ['sub', 'name'], acr_values_supported: ['gold'] },
      response_modes_supported: ['query', 'form_post'],
      ...{ claims_parameter_supported: true, request_uri_parameter_supported: false },
    })
  })

  test('an OpenID provider has its document at the path of its issuer, and at no other', async () => {
    await walk.setService({ ...PROVIDER, issuer: 'https://as.example.com/one' })
    const at = async (issuerPath: string) =>
      (await find({ route: `${OPENID}/{issuerPath+}`, pathParameters: { issuerPath } })).status
    expect([await at('one'), await at('two')]).toEqual([200, 404])
  })

  test.each([
    ['the scope openid', { supportedScopes: [{ name: 'read' }] }],
    ['a key', { ...PROVIDER, jwks: [] }],
  ])(
    'a service without %s does not act as an OpenID provider: it has no such document, and no such members',
    async (_what, settings) => {
      await walk.setService(settings)
      expect((await find()).status).toBe(404)
      const { json } = await walk.send({ route: METADATA, method: 'GET' })
      for (const name of ['subject_types_supported', 'id_token_signing_alg_values_supported'])
        expect(json).not.toHaveProperty(name)
    },
  )

  test('under fapi2 an OpenID provider lists no algorithm outside of the profile', async () => {
    const rsa = { kty: 'RSA', kid: 'r', alg: 'RS256', use: 'sig' } as const
    await walk.setService({ ...PROVIDER, jwks: [rsa, { ...rsa, kid: 'p', alg: 'PS256' }], fapi2: true })
    expect((await find()).json['id_token_signing_alg_values_supported']).toEqual(['PS256'])
  })
})
