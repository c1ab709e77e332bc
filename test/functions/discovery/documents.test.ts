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
