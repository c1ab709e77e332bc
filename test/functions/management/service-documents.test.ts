import { describe, expect, test } from 'vitest'
import { failure, RUNTIME } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'

const management = await testManagement({
  tlsClientCertificateBoundAccessTokens: true,
  mtlsEndpointAliases: [{ name: 'token_endpoint', uri: 'https://mtls.example.com/token' }],
})
const { runtime, v3, call } = management

describe.each(['v2', 'v3'] as const)('by %s', (version) => {
  test('the discovery document is returned as it is', async () => {
    const { json } = await management[version](
      'GET',
      '/service/configuration?pretty=true',
      undefined,
      RUNTIME,
    )
    expect(json).toMatchObject({
      issuer: 'https://as.example.com',
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
      tls_client_certificate_bound_access_tokens: true,
      mtls_endpoint_aliases: { token_endpoint: 'https://mtls.example.com/token' },
    })
    expect(json).not.toHaveProperty('resultCode')
  })

  test('a POST with members, without any or without a body reads the discovery document', async () => {
    const { text } = await management[version]('GET', '/service/configuration')
    for (const body of [{ pretty: true, patch: null }, {}, '', undefined]) {
      const posted = await management[version]('POST', '/service/configuration', body)
      expect([posted.status, posted.text]).toEqual([200, text])
    }
  })

  test('a service without keys has an empty set', async () => {
    const { json } = await management[version]('GET', '/service/jwks/get', undefined, RUNTIME)
    expect(json).toEqual({ keys: [] })
  })

  test('discovery document and key set require credentials', async () => {
    for (const path of ['/service/configuration', '/service/jwks/get']) {
      const { status } = await management[version]('GET', path, undefined, 'wrong')
      expect(status).toBe(401)
      expect((await management[version]('DELETE', path)).status).toBe(405)
    }
    expect((await management[version]('POST', '/service/configuration', {}, 'wrong')).status).toBe(401)
    expect((await management[version]('POST', '/service/jwks/get', {})).status).toBe(405)
  })
})

test('a patch of the discovery document is refused', async () => {
  expect(failure(await v3('GET', '/service/configuration?patch=[]'))).toBe('400 A001297')
  expect(failure(await v3('POST', '/service/configuration', { patch: '[]' }))).toBe('400 A001297')
  expect(failure(await v3('POST', '/service/configuration?patch=[]', {}))).toBe('400 A001297')
})

test('the probes require no credentials and repeat nothing of the request', async () => {
  const sent = { authorization: 'Bearer not-to-be-told' }
  const health = await call('GET', '/api/lifecycle/healthcheck?extended=true', undefined, sent)
  expect([health.status, health.headers['content-type'], health.text]).toEqual([200, 'text/plain', 'OK'])
  const echo = await call('GET', '/api/misc/echo?a=not-to-be-told', undefined, sent)
  expect([echo.status, echo.text]).toEqual([200, ''])
  expect(runtime.lines.join('\n')).not.toContain('not-to-be-told')
})

test('the response type none can be registered, and the discovery document leaves it out', async () => {
  const responses = {
    supportedResponseTypes: ['CODE', 'NONE'],
    authorizationEndpoint: 'https://as.example.com/a',
  }
  expect((await v3('POST', '/service/update', responses)).json).toMatchObject(responses)
  const { json } = await v3('GET', '/service/configuration')
  expect(json['response_types_supported']).toEqual(['code'])
  expect(failure(await v3('GET', '/service/update'))).toBe('405 A001296')
})
