import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { deployedFunctions } from '../../../infra/emulator/deployed-functions.ts'
import { mutualTlsEdge } from '../../../infra/emulator/edge.ts'
import { listen, type Listening } from '../../../infra/emulator/listen.ts'
import { readTruststore } from '../../../infra/truststore/truststore.ts'
import {
  protectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { MTLS_DOMAIN } from '../../support/fixed-runtime.ts'
import { type Issuer, openIssuer } from '../../support/token-issuer.ts'
import { BOUND, OTHER, OWN, PUBLIC, TLS } from '../../support/walk.ts'

const EXPECTED = { issuer: 'https://as.example.com', audience: 'https://accounts.example.com' }
const ACTIVE = {
  ...{ active: true, iss: EXPECTED.issuer, aud: EXPECTED.audience, client_id: 'c', token_type: 'Bearer' },
}

let endpoint: Listening
let answer: (response: ServerResponse) => unknown
let heard: { headers: IncomingHttpHeaders; body: string } | undefined
const failures: unknown[] = []
beforeAll(async () => {
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.once('end', () => {
      heard = { headers: request.headers, body }
      answer(response)
    })
  })
  endpoint = await listen(server, { host: '127.0.0.1', port: 0, option: '' })
})
beforeEach(() => {
  failures.length = 0
})
afterAll(() => endpoint.close())

const says = (body: unknown, status = 200) => {
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
  const decision = await protectedResource(options)([])({ authorization: [`Bearer ${token}`], certificate })
  return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
}

test('asks with the credentials of the resource server, form-encoded', async () => {
  answer = says(ACTIVE)
  expect(await decide(online())).toBe('allowed')
  const basic = Buffer.from('r+s:a%2Bb%3Ac').toString('base64')
  expect(heard?.headers).toMatchObject({
    authorization: `Basic ${basic}`,
    'content-type': 'application/x-www-form-urlencoded',
  })
  expect(heard?.body).toBe('token=to.ken')
})

describe('what is not the live access token of this issuer for this resource is refused', () => {
  test.each([
    ['inactive', { active: false }],
    ['inactive, whatever else is said', { ...ACTIVE, active: false }],
    ['of another issuer', { ...ACTIVE, iss: 'https://other.example.com' }],
    ['of nobody', { ...ACTIVE, iss: undefined }],
    ['for another resource', { ...ACTIVE, aud: 'https://other.example.com' }],
    ['for other resources', { ...ACTIVE, aud: ['https://other.example.com'] }],
    ['for no resource', { ...ACTIVE, aud: undefined }],
    ['of no client', { ...ACTIVE, client_id: undefined }],
    ['of no type, as a refresh token is', { ...ACTIVE, token_type: undefined }],
  ])('%s', async (_what, body) => {
    answer = says(body)
    expect(await decide(online())).toBe('401 token-unusable')
    expect(failures).toEqual([])
  })

  test('and one for several resources is not', async () => {
    answer = says({ ...ACTIVE, aud: ['https://other.example.com', EXPECTED.audience] })
    expect(await decide(online())).toBe('allowed')
  })
})

describe('what is no answer is 503, and the operator is told why', () => {
  test.each([
    ['wrong credentials', says({ error: 'invalid_client' }, 401), /answered 401/],
    ['a store that is away', says({ ...ACTIVE }, 503), /answered 503/],
    ['a redirect', says('', 302), /answered 302/],
    ['another success', says(ACTIVE, 201), /answered 201/],
    ['nothing', says(''), /no JSON object/],
    ['a page', says('<html>'), /no JSON object/],
    ['a list', says([ACTIVE]), /no JSON object/],
    ['a member twice', says('{"active":false,"active":true}'), /no JSON object/],
    ['no verdict', says({ ...ACTIVE, active: undefined }), /did not say active/],
    ['a verdict in words', says({ ...ACTIVE, active: 'true' }), /did not say active/],
    ['a number for a verdict', says({ ...ACTIVE, active: 1 }), /did not say active/],
    ['too much', says({ ...ACTIVE, x: 'x'.repeat(70_000) }), /too much/],
    ['a connection that ends', (response: ServerResponse) => response.destroy(), /hang up|ECONNRESET/],
  ])('%s', async (_what, reply, message) => {
    answer = reply
    expect(await decide(online())).toBe('503 undecided')
    expect(failures).toHaveLength(1)
    expect((failures[0] as Error).message).toMatch(message)
    expect(String(failures[0])).not.toContain('to.ken')
  })

  test('an endpoint that is not there; without a listener for failures as well', async () => {
    const nowhere = { endpoint: 'http://127.0.0.1:1/', clientId: 'r', clientSecret: 's' }
    expect(await decide(online({ introspection: nowhere }))).toBe('503 undecided')
    expect(await decide({ ...EXPECTED, introspection: nowhere })).toBe('503 undecided')
  })
})

describe('over mutual TLS, as the client that its certificate proves', () => {
  let issuer: Issuer
  let edge: Listening
  beforeAll(async () => {
    issuer = await openIssuer('opaque')
    const { runtime, walk } = issuer
    edge = await mutualTlsEdge({
      routes: deployedFunctions({ ...runtime, settings: { ...runtime.settings, serviceId: walk.number } }),
      onError: console.error,
      domainName: MTLS_DOMAIN,
      apiId: runtime.settings.apiIds[0] ?? '',
      host: '127.0.0.1',
      port: 0,
      key: vector('server-localhost.test-key'),
      cert: vector('server-localhost') + vector('ca-issuing'),
      truststore: [
        ...(await readTruststore(new URL('../../vectors/certs/ca-root.pem', import.meta.url).pathname)),
        ...(await readTruststore(new URL('../../vectors/certs/ca-issuing.pem', import.meta.url).pathname)),
      ],
    })
  })
  afterAll(async () => {
    await edge.close()
    await issuer.close()
  })

  test('a bound token is decided about; without the certificate there is no answer', async () => {
    const { walk } = issuer
    // Its subject is that of the certificate it connects with.
    const server = await walk.addClient(TLS, {
      tlsClientAuthSubjectDn: 'CN=other.example.org,O=Client2,C=JP',
      resourceServerAudiences: ['*'],
    })
    const { access } = await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN)
    const introspection = (tls: object) => ({
      ...EXPECTED,
      introspection: {
        endpoint: `https://localhost:${edge.port}/introspection/standard`,
        clientId: server.id,
        tls: { ca: vector('ca-root'), ...tls },
      },
    })
    const own = introspection(identity('client-other'))
    expect(await decide(own, OWN, access)).toBe('allowed')
    expect(await decide(own, OTHER, access)).toBe('401 certificate-differs')
    const another = introspection(identity('client-ec-p256'))
    expect(await decide(another, OWN, access)).toBe('503 undecided')
    expect(() => protectedResource(introspection({}))).toThrow('a certificate in tls')
    const untrusting = { ...own.introspection, tls: identity('client-other') }
    expect(await decide({ ...own, introspection: untrusting }, OWN, access)).toBe('503 undecided')
  })
})
