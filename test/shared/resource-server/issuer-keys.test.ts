import { createServer } from 'node:https'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import {
  protectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { keyServer } from '../../support/key-server.ts'
import { decision, signedTokens } from '../../support/signed-tokens.ts'

const server = await keyServer()
afterAll(server.close)
const failures: unknown[] = []
beforeEach(() => {
  server.answers.clear()
  server.asked.length = 0
  failures.length = 0
})

const decided = (options: ProtectedResourceOptions, token: string) =>
  decision(protectedResource({ ...options, onFailure: (error) => failures.push(error) }), token)

describe.each([
  ['oauth-authorization-server', '', '/.well-known/oauth-authorization-server'],
  ['oauth-authorization-server', '/', '/.well-known/oauth-authorization-server'],
  ['oauth-authorization-server', '/realms/bank', '/.well-known/oauth-authorization-server/realms/bank'],
  ['oauth-authorization-server', '/realms/bank/', '/.well-known/oauth-authorization-server/realms/bank'],
  ['openid-configuration', '', '/.well-known/openid-configuration'],
  ['openid-configuration', '/', '/.well-known/openid-configuration'],
  ['openid-configuration', '/realms/bank', '/realms/bank/.well-known/openid-configuration'],
] as const)('the metadata %s of an issuer with the path "%s"', (metadata, path, wellKnown) => {
  const issuer = `${server.url}${path}`
  const { claims, jwk, jwt } = signedTokens(issuer)
  const options = { issuer, audience: claims.aud, metadata }
  const publish = (changes: object = {}) => {
    server.answers.set(wellKnown, { issuer, jwks_uri: `${server.url}/keys`, ...changes })
    server.answers.set('/keys', { keys: [jwk] })
  }

  test('name the keys of its tokens', async () => {
    publish()
    expect(await decided(options, jwt())).toBe('allowed')
    expect(server.asked).toEqual([wellKnown, '/keys'])
  })

  test.each([
    ['another issuer', { issuer: `${server.url}/other` }, 'the metadata are those of another issuer'],
    ['no issuer', { issuer: undefined }, 'the metadata are those of another issuer'],
    ['keys over HTTP on another machine', { jwks_uri: 'http://as.example.com/keys' }, 'must be an https URL'],
    ['no keys', { jwks_uri: undefined }, 'must be an https URL'],
  ])('with %s answer nothing: 503', async (_what, changes, cause) => {
    publish(changes)
    expect(await decided(options, jwt())).toBe('503 undecided')
    expect(String(failures[0])).toContain('cannot get the keys of the issuer')
    expect(String((failures[0] as Error).cause)).toContain(cause)
    expect(server.asked).toEqual([wellKnown])
  })
})

test.each<[string, object, string]>([
  ['an issuer that is not a URL', { issuer: 'as', metadata: 'openid-configuration' }, 'must be an https URL'],
  ['an issuer over HTTP', { issuer: 'http://a.example', metadata: 'openid-configuration' }, 'https'],
  ['an issuer with a query', { issuer: 'https://a.example/?b', metadata: 'openid-configuration' }, 'query'],
  ['other metadata', { issuer: 'https://a.example', metadata: 'webfinger' }, 'metadata must be one of'],
  ['keys that are not a set', { issuer: 'https://a.example', jwks: { keys: [5] } }, 'a URL or a JWK Set'],
])('protectedResource throws a TypeError for %s', (_what, changes, message) => {
  const open = () => protectedResource({ audience: 'a', ...changes } as ProtectedResourceOptions)
  expect(open).toThrow(TypeError)
  expect(open).toThrow(message)
})

test('with ca the keys and the introspection of an issuer with a private CA work, and without it onFailure names the cause', async () => {
  const { options, claims, jwk, jwt } = signedTokens()
  const issuer = await listen(
    createServer(identity('server-localhost', 'ca-issuing'), ({ url }, response) => {
      const members = { ...claims, active: true, token_type: 'Bearer' }
      response.end(JSON.stringify(url === '/jwks' ? { keys: [jwk] } : members))
    }),
  )
  const url = `https://localhost:${issuer.port}`
  const expected = { issuer: options.issuer, audience: options.audience }
  const introspection = { endpoint: `${url}/introspect`, clientId: 'rs', clientSecret: 's' }
  for (const way of [{ jwks: `${url}/jwks` }, { introspection }]) {
    failures.length = 0
    expect(await decided({ ...expected, ...way, ca: vector('ca-root') }, jwt())).toBe('allowed')
    expect(failures).toEqual([])
    expect(await decided({ ...expected, ...way, ca: vector('ca-other-root') }, jwt())).toBe('503 undecided')
    const [failure] = failures as [Error & { readonly cause?: Error }]
    expect((failure.cause ?? failure).message).toMatch(/unable to (verify|get)|self-signed/)
  }
  await issuer.close()
})
