import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { deployedFunctions } from '../../../infra/emulator/site/deployed-functions.ts'
import { mutualTlsEdge } from '../../../infra/emulator/edge/edge.ts'
import { listen } from '../../../infra/connections/listen.ts'
import { readTruststore } from '../../../infra/truststore/truststore.ts'
import {
  protectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { MTLS_DOMAIN } from '../../support/fixed-runtime.ts'
import { openIssuer } from '../../support/token-issuer.ts'
import { BOUND, OTHER, OWN, PUBLIC, TLS } from '../../support/walk.ts'

const EXPECTED = { issuer: 'https://as.example.com', audience: 'https://accounts.example.com' }
const ACTIVE = {
  ...{ active: true, iss: EXPECTED.issuer, aud: EXPECTED.audience, client_id: 'c', token_type: 'Bearer' },
}

let answer: (response: ServerResponse) => unknown
let received: { headers: IncomingHttpHeaders; body: string } | undefined
const failures: unknown[] = []
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => (body += chunk.toString()))
  request.once('end', () => {
    received = { headers: request.headers, body }
    answer(response)
  })
})
const endpoint = await listen(server)
beforeEach(() => {
  failures.length = 0
})
afterAll(endpoint.close)

const responds = (body: unknown, status = 200) => {
  return (response: ServerResponse) => {
    response.statusCode = status
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

const online = (changes: object = {}): ProtectedResourceOptions => ({
  ...EXPECTED,
  introspection: { endpoint: `http://127.0.0.1:${endpoint.port}/i`, clientId: 'r s', clientSecret: 'a+b:c' },
  unboundTokens: 'allowed',
  onFailure: (error) => failures.push(error),
  ...changes,
})

async function decide(options: ProtectedResourceOptions, certificate?: string, token = 'to.ken') {
  const decision = await protectedResource(options)([])({
    rawHeaders: ['authorization', `Bearer ${token}`],
    certificate,
  })
  return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
}

test('the introspection request has the form-encoded credentials of the resource server', async () => {
  answer = responds(ACTIVE)
  expect(await decide(online())).toBe('allowed')
  const credentials = Buffer.from('r+s:a%2Bb%3Ac').toString('base64')
  expect(received?.headers).toMatchObject({
    authorization: `Basic ${credentials}`,
    'content-type': 'application/x-www-form-urlencoded',
  })
  expect(received?.body).toBe('token=to.ken')
})

describe('inactive tokens and tokens for others', () => {
  test.each([
    ['about an inactive token', { active: false }, 'token-inactive'],
    ['about an inactive token, with all other members', { ...ACTIVE, active: false }, 'token-inactive'],
    ['with another issuer', { ...ACTIVE, iss: 'https://other.example.com' }, 'issuer-wrong'],
    ['without an issuer', { ...ACTIVE, iss: undefined }, 'issuer-wrong'],
    ['with another audience', { ...ACTIVE, aud: 'https://other.example.com' }, 'audience-wrong'],
    ['with a list of other audiences', { ...ACTIVE, aud: ['https://other.example.com'] }, 'audience-wrong'],
    ['without an audience', { ...ACTIVE, aud: undefined }, 'audience-wrong'],
    ['without a client', { ...ACTIVE, client_id: undefined }, 'claim-wrong'],
    ['without a token type, as for a refresh token', { ...ACTIVE, token_type: undefined }, 'claim-wrong'],
    ['with the type of a refresh token of Keycloak', { ...ACTIVE, token_type: 'Refresh' }, 'claim-wrong'],
    ['with the type of an ID token of Keycloak', { ...ACTIVE, token_type: 'ID' }, 'claim-wrong'],
  ])('an introspection response %s refuses the token', async (_what, body, reason) => {
    answer = responds(body)
    expect(await decide(online())).toBe(`401 ${reason}`)
    expect(failures).toEqual([])
  })

  test('a token for several resources is accepted when this resource is among them', async () => {
    answer = responds({ ...ACTIVE, aud: ['https://other.example.com', EXPECTED.audience] })
    expect(await decide(online())).toBe('allowed')
  })
})

test.each(['issuer-ca.pem', Buffer.from([0x30]), ['-----BEGIN CERTIFICATE-----', 'other.pem']])(
  'protectedResource throws for the ca %j, which Node would ignore',
  (ca) => {
    const options = {
      ...EXPECTED,
      introspection: { endpoint: 'https://auth.example.com', clientId: 'a', clientSecret: 'b' },
    }
    expect(() => protectedResource({ ...options, ca })).toThrow(
      'ca must be the text of a PEM file, not its path',
    )
  },
)

describe('unusable introspection responses', () => {
  test.each([
    [
      '401 for wrong credentials',
      responds({ error: 'invalid_client' }, 401),
      /answered 401 \(invalid_client\)$/,
    ],
    ['503 for an unavailable store', responds({ ...ACTIVE }, 503), /answered 503/],
    ['a redirect', responds('', 302), /answered 302/],
    ['201', responds(ACTIVE, 201), /answered 201/],
    ['no body', responds(''), /not a valid JSON object/],
    ['an HTML page', responds('<html>'), /not a valid JSON object/],
    ['a JSON array', responds([ACTIVE]), /not a valid JSON object/],
    ['a member that occurs twice', responds('{"active":false,"active":true}'), /not a valid JSON object/],
    ['no active', responds({ ...ACTIVE, active: undefined }), /lacks a boolean active/],
    ['active as text', responds({ ...ACTIVE, active: 'true' }), /lacks a boolean active/],
    ['active as a number', responds({ ...ACTIVE, active: 1 }), /lacks a boolean active/],
    ['a body over the limit', responds({ ...ACTIVE, x: 'x'.repeat(70_000) }), /exceeds 65536 bytes/],
    ['a closed connection', (response: ServerResponse) => response.destroy(), /hang up|ECONNRESET/],
  ])(
    'after %s from the introspection endpoint the answer is 503, and onFailure gets the cause',
    async (_what, reply, message) => {
      answer = reply
      expect(await decide(online())).toBe('503 undecided')
      expect(failures).toHaveLength(1)
      expect((failures[0] as Error).message).toMatch(message)
      expect(String(failures[0])).not.toContain('to.ken')
    },
  )

  test('a request on a kept connection that the introspection endpoint closes is sent again on another one', async () => {
    const used = new WeakSet<object>()
    answer = (response) => {
      const connection = response.socket ?? {}
      if (used.has(connection)) response.destroy()
      else responds(ACTIVE)(response)
      used.add(connection)
    }
    expect([await decide(online()), await decide(online())]).toEqual(['allowed', 'allowed'])
    expect(failures).toEqual([])
  })

  test('without an introspection endpoint to connect to the answer is 503, with and without onFailure', async () => {
    const nowhere = { endpoint: 'http://127.0.0.1:1/', clientId: 'r', clientSecret: 's' }
    expect(await decide(online({ introspection: nowhere }))).toBe('503 undecided')
    expect(await decide({ ...EXPECTED, introspection: nowhere })).toBe('503 undecided')
  })
})

describe('a resource server that authenticates by its certificate', async () => {
  const issuer = await openIssuer('opaque')
  const { runtime, walk } = issuer
  const edge = await mutualTlsEdge({
    routes: deployedFunctions({ ...runtime, settings: { ...runtime.settings, serviceId: walk.number } }),
    onError: console.error,
    domainName: MTLS_DOMAIN,
    apiId: runtime.settings.apiIds[0] ?? '',
    key: vector('server-localhost.test-key'),
    cert: vector('server-localhost') + vector('ca-issuing'),
    truststore: [
      ...(await readTruststore(new URL('../../vectors/certs/ca-root.pem', import.meta.url).pathname)),
      ...(await readTruststore(new URL('../../vectors/certs/ca-issuing.pem', import.meta.url).pathname)),
    ],
  })
  afterAll(async () => {
    await edge.close()
    await issuer.close()
  })

  test('introspection over mutual TLS decides about bound tokens, and is a 503 without a trusted endpoint or the right certificate', async () => {
    const { walk } = issuer
    // The subject of client-other, the certificate that the resource server connects with.
    const server = await walk.addClient(TLS, {
      tlsClientAuthSubjectDn: 'CN=other.example.org,O=Client2,C=JP',
      resourceServerAudiences: ['*'],
    })
    const { access } = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN)
    const introspection = (tls: object) => ({
      ...{ ...EXPECTED, ca: vector('ca-root') },
      introspection: {
        endpoint: `https://localhost:${edge.port}/introspection/standard`,
        clientId: server.id,
        tls,
      },
    })
    const own = introspection(identity('client-other'))
    expect(await decide(own, OWN, access)).toBe('allowed')
    expect(await decide(own, OTHER, access)).toBe('401 certificate-differs')
    const another = introspection(identity('client-ec-p256'))
    expect(await decide(another, OWN, access)).toBe('503 undecided')
    expect(() => protectedResource(introspection({}))).toThrow('introspection.tls.cert must be')
    expect(await decide({ ...own, ca: vector('ca-other-root') }, OWN, access)).toBe('503 undecided')
  })
})
