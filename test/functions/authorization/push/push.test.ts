import { beforeEach, describe, expect, test } from 'vitest'
import { contentOf, outcome } from '../../../support/answers.ts'
import { asserted, PRIVATE_KEY_JWT } from '../../../support/client-assertion.ts'
import { START } from '../../../support/fixed-runtime.ts'
import { pushing } from '../../../support/pushing.ts'
import { testWalk } from '../../../support/test-runtime.ts'
import {
  BASIC,
  basic,
  EVERY_METHOD,
  OTHER,
  OWN,
  POST,
  PUBLIC,
  REDIRECT_URI,
  TLS,
  type TestClient,
} from '../../../support/walk.ts'

const REQUEST_URI = /^urn:ietf:params:oauth:request_uri:[\w-]{72}$/
const ASKED = { response_type: 'code', redirect_uri: REDIRECT_URI }

const walk = await testWalk({ ...EVERY_METHOD, clientIdAliasEnabled: true })
const { runtime } = walk
const { push } = pushing(walk)
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(BASIC)
})

const par = (parameters: object, headers: Record<string, string> = basic(client), certificate?: string) =>
  walk.post('/par', { ...ASKED, ...parameters }, certificate, headers)

describe('a good request is kept', () => {
  test('the OAuth face answers a pushed request with 201, the request URI and its lifetime, not to be cached', async () => {
    const { status, headers, json } = await par({})
    expect(status).toBe(201)
    expect(json).toEqual({ request_uri: expect.stringMatching(REQUEST_URI) as unknown, expires_in: 300 })
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' })
  })

  test('the Web API answers a pushed request with the action CREATED, in both versions', async () => {
    for (const version of ['v2', 'v3'] as const) {
      const { status, json } = await push(client, {}, {}, { version })
      const requestUri = json['requestUri'] as string
      expect(requestUri).toMatch(REQUEST_URI)
      expect([status, json]).toEqual([
        200,
        {
          type: 'pushedAuthReqResponse',
          resultCode: 'A245001',
          resultMessage: `[A245001] Successfully registered a request object for client (${client.id}), URI is ${requestUri}.`,
          action: 'CREATED',
          requestUri,
          responseContent: JSON.stringify({ request_uri: requestUri, expires_in: 300 }),
          clientAuthMethod: 'CLIENT_SECRET_BASIC',
        },
      ])
    }
  })

  test.each([
    [1, 1],
    [599, 599],
    [600, 599],
    [86400, 599],
  ])(
    'with pushedAuthReqDuration %d a request URI is valid for %d seconds, never for 600',
    async (pushedAuthReqDuration, seconds) => {
      await walk.setService({ pushedAuthReqDuration })
      expect(contentOf(await push(client))['expires_in']).toBe(seconds)
    },
  )

  test('a pushed request is stored as parsed parameters without credentials and empty values, and with a digest of its request URI', async () => {
    const own = await walk.addClient(POST)
    const resource = ['https://a.example', 'https://b.example', 'https://a.example']
    const answer = await push(own, { state: 'a b&c=é', login_hint: '', nonsense: 'x', resource })
    const [item = {}, ...more] = await runtime.tables.grantsOf(walk.number, own.number)
    expect(more).toEqual([])
    expect(Object.keys(item).sort()).toEqual(
      'attempt client id pushedAt pushedDigest pushedExpiresAt pushedRequest stage ttl'.split(' '),
    )
    const parameters = {
      responseType: 'code',
      redirectUri: REDIRECT_URI,
      state: 'a b&c=é',
      resources: resource,
    }
    expect(JSON.parse(item['pushedRequest'] as string)).toEqual({ kind: 'PARAMETERS', ...parameters })
    expect(item).toMatchObject({ stage: 'PUSHED', pushedExpiresAt: START + 300, ttl: START + 300 + 3600 })
    expect(JSON.stringify(item)).not.toContain(String(answer.json['requestUri']).slice(-43))
  })
})

describe('the client is authenticated as at the token endpoint', () => {
  const unauthorized = (code: string) => `UNAUTHORIZED ${code} invalid_client`

  test.each([
    ['CLIENT_SECRET_BASIC', BASIC, {}, { clientSecret: 'wrong' }, 'A157305'],
    ['CLIENT_SECRET_POST', POST, { client_secret: 'wrong' }, {}, 'A157305'],
    ['NONE', PUBLIC, { client_secret: 'a secret' }, {}, 'A157303'],
    ['TLS_CLIENT_AUTH', TLS, {}, { clientCertificate: OTHER }, 'A157343'],
    ['TLS_CLIENT_AUTH', TLS, {}, {}, 'A157327'],
    ['PRIVATE_KEY_JWT', PRIVATE_KEY_JWT, {}, {}, 'A157309'],
  ])(
    'a client of %s that is not authenticated pushes nothing, and gets the same code at the token endpoint',
    async (_method, kind, parameters, members, code) => {
      const own = await walk.addClient(kind)
      expect(outcome(await push(own, parameters, members))).toBe(unauthorized(code))
      expect(await runtime.tables.grantsOf(walk.number, own.number)).toEqual([])
      const token = await walk.token(own, { grant_type: 'client_credentials', ...parameters }, members)
      expect(outcome(token)).toBe(`INVALID_CLIENT ${code} invalid_client`)
    },
  )

  test('a pushed request with a wrong secret is 401 on the OAuth face, with one body for every invalid_client', async () => {
    const wrong = { authorization: `Basic ${Buffer.from(`${client.id}:wrong`).toString('base64')}` }
    const { status, json } = await par({}, wrong)
    expect([status, json]).toEqual([401, { error: 'invalid_client' }])
  })

  test('a pushed request on the OAuth face is authenticated by the certificate of its connection', async () => {
    const own = await walk.addClient(TLS)
    expect((await par({ client_id: own.id }, {}, OWN)).status).toBe(201)
    expect((await par({ client_id: own.id }, {}, OTHER)).status).toBe(401)
    expect((await par({ client_id: own.id, clientCertificate: OWN }, {})).status).toBe(401)
  })

  test('a public client needs no certificate to push, although its tokens will be bound', async () => {
    const own = await walk.addClient(PUBLIC, { tlsClientCertificateBoundAccessTokens: true })
    expect((await par({ client_id: own.id }, {})).status).toBe(201)
  })

  test('a pushed request is refused if its form and its header name two clients', async () => {
    const other = await walk.addClient(BASIC)
    expect((await par({ client_id: other.id })).json['error']).toBe('invalid_request')
    expect(outcome(await push(client, { client_id: other.id }))).toBe('BAD_REQUEST A048312 invalid_request')
  })

  test('an assertion is used once, for a pushed request or at the token endpoint', async () => {
    const own = await walk.addClient(PRIVATE_KEY_JWT)
    const [first, second] = [asserted(own, START), asserted(own, START)]
    const token = (assertion: object) => walk.token(own, { grant_type: 'client_credentials', ...assertion })
    expect(outcome(await push(own, first))).toBe('CREATED A245001')
    expect(outcome(await token(first))).toBe('INVALID_CLIENT A157398 invalid_client')
    expect(outcome(await token(second))).toBe('OK A052001')
    expect(outcome(await push(own, second))).toBe(unauthorized('A157398'))
    expect((await par({ client_id: own.id, ...second }, {})).json).toEqual({ error: 'invalid_client' })
  })

  test('the audience of an assertion for a pushed request is the issuer, neither the URL of the endpoint nor a list', async () => {
    const own = await walk.addClient(PRIVATE_KEY_JWT)
    const issuer = 'https://as.example.com'
    for (const aud of [`${issuer}/par`, `${issuer}/token`, [issuer, `${issuer}/par`]])
      expect(outcome(await push(own, asserted(own, START, { aud })))).toBe(unauthorized('A157318'))
    expect(outcome(await push(own, asserted(own, START, { aud: issuer })))).toBe('CREATED A245001')
  })

  test('a locked client cannot push', async () => {
    await walk.setLocked(client, true)
    expect(outcome(await push(client))).toBe(unauthorized('A048307'))
  })
})

describe('the request is judged when it is pushed', () => {
  const EVIL = 'https://evil.example/cb'

  test.each([
    ['a redirect URI that is not registered', { redirect_uri: EVIL }, 'A011304', 'invalid_request'],
    ['no response type', { response_type: undefined }, 'A009301', 'invalid_request'],
    ['another response type', { response_type: 'token' }, 'A009305', 'unsupported_response_type'],
    ['an unknown response type', { response_type: 'what' }, 'A009304', 'unsupported_response_type'],
    ['a malformed scope', { scope: 'a"b' }, 'A007391', 'invalid_scope'],
    ['scopes of which none is left', { scope: 'nonsense' }, 'A007305', 'invalid_scope'],
    ['a malformed resource', { resource: 'x' }, 'A004397', 'invalid_target'],
    ['a malformed challenge', { code_challenge: 'short' }, 'A124304', 'invalid_request'],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'A008396', 'request_not_supported'],
    ['a request URI', { request_uri: 'https://client.example/r' }, 'A245391', 'invalid_request'],
    ['an empty request URI', { request_uri: '' }, 'A245391', 'invalid_request'],
    ['a scope twice', { scope: ['read', 'read'] }, 'A007302', 'invalid_request'],
    ['a client ID twice', { client_id: ['1', '1'] }, 'A010303', 'invalid_request'],
  ])(
    'a pushed request with %s is refused by name on both faces, and not at the redirect URI',
    async (_, parameters, code, error) => {
      expect(outcome(await push(client, parameters))).toBe(`BAD_REQUEST ${code} ${error}`)
      const { status, json, headers } = await par(parameters)
      expect([status, json['error'], headers['location']]).toEqual([400, error, undefined])
      expect(await runtime.tables.grantsOf(walk.number, client.number)).toEqual([])
    },
  )

  test('a pushed request needs a code challenge where PKCE is required, and S256 where that is required', async () => {
    const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
    await walk.setService({ pkceRequired: true, pkceS256Required: true })
    expect(outcome(await push(client))).toBe('BAD_REQUEST A124301 invalid_request')
    expect(outcome(await push(client, { code_challenge: challenge, code_challenge_method: 'plain' }))).toBe(
      'BAD_REQUEST A124308 invalid_request',
    )
    const s256 = { code_challenge: challenge, code_challenge_method: 'S256' }
    expect(outcome(await push(client, s256))).toBe('CREATED A245001')
  })

  test('a pushed request that is too large to be kept is 413: more than 8192 bytes as it is stored', async () => {
    const bytes = ({ pushedRequest }: Record<string, unknown>) => Buffer.byteLength(String(pushedRequest))
    const hint = (length: number) => ({ login_hint: 'é"'.padEnd(length, 'a') })
    expect((await par(hint(2))).status).toBe(201)
    const [least = {}] = await runtime.tables.grantsOf(walk.number, client.number)
    const most = 8192 - bytes(least) + 2
    expect((await par(hint(most + 1))).status).toBe(413)
    expect((await par(hint(most))).status).toBe(201)
    const kept = await runtime.tables.grantsOf(walk.number, client.number)
    expect(kept.map(bytes).sort()).toEqual([bytes(least), 8192].sort())
  })

  test('a pushed request must be a form sent by POST', async () => {
    expect((await walk.send({ route: '/par', method: 'GET', headers: basic(client) })).status).toBe(405)
    const headers = { ...basic(client), 'content-type': 'application/json' }
    expect((await walk.send({ route: '/par', headers, body: '{}' })).status).toBe(400)
  })
})
