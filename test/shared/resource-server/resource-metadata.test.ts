import * as oauth from 'oauth4webapi'
import { afterAll, describe, expect, test } from 'vitest'
import { requireToken as onAlb, serveMetadata as serveOnAlb } from '../../../shared/resource-server/alb.ts'
import { serveMetadata as serveOnApiGateway } from '../../../shared/resource-server/api-gateway.ts'
import { serveMetadata } from '../../../shared/resource-server/express.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { ask, SERVERS } from '../../support/resource-servers.ts'
import { HOLDER, signedTokens } from '../../support/signed-tokens.ts'

const { options, jwt } = signedTokens()
const RESOURCE = 'https://accounts.example.com/v1'
const PATH = '/.well-known/oauth-protected-resource/v1'
const URL_OF_METADATA = `https://accounts.example.com${PATH}`
const METADATA = {
  resource: RESOURCE,
  authorization_servers: [options.issuer],
  scopes_supported: ['read', 'write'],
  bearer_methods_supported: ['header'],
  tls_client_certificate_bound_access_tokens: true,
  dpop_bound_access_tokens_required: false,
}
const described = (changes: object = {}) =>
  protectedResource({
    ...options,
    resourceMetadata: { resource: RESOURCE, scopesSupported: ['read', 'write'] },
    ...changes,
  })

describe.each(Object.entries(SERVERS))('%s', async (_name, start) => {
  const server = await start(described(), ['read'])
  afterAll(() => server.close())

  test('the metadata are at the well-known path, for everyone, and only there and by GET', async () => {
    const { status, headers, text } = await ask(server, {}, {}, { path: PATH, query: '?a' })
    expect([status, JSON.parse(text)]).toEqual([200, METADATA])
    expect(headers['content-type']).toMatch(/^application\/json/)
    expect((await ask(server, {}, {}, { path: PATH, method: 'HEAD' })).status).toBe(200)
    for (const path of [`${PATH}/`, PATH.replace('/v1', ''), `/v1${PATH}`, '/accounts'])
      expect((await ask(server, {}, {}, { path })).text).not.toContain(RESOURCE)
    expect((await ask(server, {}, {}, { path: PATH, method: 'POST' })).text).not.toContain(RESOURCE)
    expect((await ask(server, { authorization: `Bearer ${jwt()}` }, HOLDER)).status).toBe(200)
  })

  test('a client finds them by the challenge', async () => {
    const { challenge = '' } = await ask(server, {})
    expect(challenge).toBe(`Bearer resource_metadata="${URL_OF_METADATA}"`)
    const { text } = await ask(server, {}, {}, { path: PATH })
    const found = await oauth.processResourceDiscoveryResponse(new URL(RESOURCE), new Response(text))
    expect(found).toEqual(METADATA)
  })
})

test('a client asks for them between the host and the path of the resource', async () => {
  for (const resource of ['https://accounts.example.com', RESOURCE, `${RESOURCE}/eu`]) {
    let asked: unknown
    await oauth.resourceDiscoveryRequest(new URL(resource), {
      [oauth.customFetch]: (url) => {
        asked = url
        return Promise.resolve(new Response())
      },
    })
    expect(described({ resourceMetadata: { resource } }).metadata?.url).toBe(asked)
  }
})

test('every challenge names them, after what it had before', async () => {
  const { metadata: _, ...other } = {
    ...options,
    metadata: undefined,
    publicUrl: 'https://accounts.example.com',
    dpopAlgorithms: ['ES256'],
  }
  const decide = described(other)({ scopes: ['write'] })
  const challengeOf = async (...rawHeaders: string[]) => {
    const decided = await decide({ rawHeaders, certificate: HOLDER.cert })
    return decided.allowed ? undefined : decided.headers['www-authenticate']
  }
  const named = `resource_metadata="${URL_OF_METADATA}"`
  expect(await challengeOf()).toBe(`Bearer ${named}, DPoP algs="ES256"`)
  expect(await challengeOf('authorization', 'Bearer x')).toBe(`Bearer error="invalid_token",${named}`)
  expect(await challengeOf('authorization', `Bearer ${jwt()}`)).toBe(
    `Bearer error="insufficient_scope",scope="write",${named}`,
  )
  expect(await challengeOf('authorization', `DPoP ${jwt()}`, 'dpop', 'x')).toBe(
    `DPoP error="invalid_dpop_proof",${named},algs="ES256"`,
  )
})

test('they have the issuers, the algorithms of proofs, and further members, which replace none of these', () => {
  const { issuer, ...rest } = options
  const issuers = [
    { issuer, ...rest },
    { ...rest, issuer: 'https://other.example.com' },
  ]
  const members = {
    resource_name: 'Accounts',
    resource: 'https://evil.example.com',
    bearer_methods_supported: ['body'],
  }
  const resource = protectedResource({
    ...{ issuers, publicUrl: 'https://accounts.example.com', dpopAlgorithms: ['ES256'] },
    resourceMetadata: { resource: RESOURCE, members },
  })
  const { scopes_supported: _, ...expected } = METADATA
  expect(JSON.parse(resource.metadata?.body ?? '')).toEqual({
    ...{ ...expected, resource_name: 'Accounts', dpop_signing_alg_values_supported: ['ES256'] },
    authorization_servers: [options.issuer, 'https://other.example.com'],
  })
})

test('functions answer with them in the form of their gateway', async () => {
  const { headers, body } = described().metadata ?? {}
  expect(await serveOnApiGateway(described())()).toEqual({
    statusCode: 200,
    headers,
    body,
    isBase64Encoded: false,
  })
  expect(await serveOnAlb(described())()).toMatchObject({
    multiValueHeaders: { 'content-type': ['application/json'] },
    body,
  })
  expect(onAlb(described(), { targetGroupArns: ['a'] }, () => 'served')).toHaveLength(2)
})

test('a resource without the option has no metadata, and a resource that is not a URL of an API throws', () => {
  expect(protectedResource(options).metadata).toBeUndefined()
  expect(() => serveMetadata(protectedResource(options))).toThrow('resourceMetadata')
  for (const resource of [
    '',
    'accounts',
    'http://a.example',
    'https://a.example/',
    'https://a.example/?b',
    'https://a.example/#b',
  ])
    expect(() => described({ resourceMetadata: { resource } })).toThrow('resourceMetadata.resource must be')
})
