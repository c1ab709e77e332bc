import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { OutgoingHttpHeaders } from 'node:http'
import { createServer } from 'node:https'
import { afterAll, describe, expect, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import { requireToken } from '../../../shared/resource-server/api-gateway.ts'
import {
  protectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import type { RefusalReason } from '../../../shared/resource-server/request-refusal.ts'
import type { RouteRules } from '../../../shared/resource-server/route-rules.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { API_IDS, MTLS_DOMAIN } from '../../support/fixed-runtime.ts'
import { eventFor } from '../../support/gateway.ts'
import { newProofKey, proofOf } from '../../support/proof-keys.ts'
import { ask, type Identity, SERVERS } from '../../support/resource-servers.ts'
import { HOLDER, signedTokens, THIEF, thumbprintOf } from '../../support/signed-tokens.ts'

const X5T = thumbprintOf(HOLDER)
const { options, claims: CLAIMS, jwk, jwt } = signedTokens()
const now = CLAIMS.iat
const EXPECTED = { issuer: options.issuer, audience: options.audience }
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })

/** An issuer whose certificate only the CA of the test vectors vouches for. */
let introspected: object = { active: false }
const issuer = await listen(
  createServer(identity('server-localhost', 'ca-issuing'), ({ url }, response) => {
    response.end(JSON.stringify(url === '/jwks' ? { keys: [jwk] } : introspected))
  }),
)
afterAll(issuer.close)
const issuerUrl = `https://localhost:${issuer.port}`
const ca = vector('ca-root')
const introspection = { endpoint: `${issuerUrl}/introspect`, clientId: 'rs', clientSecret: 's' }
const currentDate = () => new Date(now * 1000)
const OFFLINE = { ...EXPECTED, currentDate, ca, jwks: `${issuerUrl}/jwks` }
const ONLINE = { ...EXPECTED, ca, introspection }
const OTHER_ISSUER = {
  ...OFFLINE,
  profile: 'jwt',
  claims: { client: 'client_id', scopes: ['scope'] },
} as const
const BY_KEY = { ...OFFLINE, publicUrl: 'https://accounts.example.com' }

const proofKey = newProofKey()
const ofKey = jwt({ cnf: { jkt: proofKey.jkt } })
const byKey = (token: string, claims: object = {}, key = proofKey) => ({
  authorization: `DPoP ${token}`,
  dpop: proofOf(key, token, now, { htu: 'https://accounts.example.com/accounts', ...claims }),
})
const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
const client = { clientId: 'c' }

interface Case {
  readonly rules?: RouteRules
  readonly headers: OutgoingHttpHeaders
  readonly details?: object
  readonly options?: ProtectedResourceOptions
  /** The identity that the request presents; by default the holder of the certificate. */
  readonly presented?: Partial<Identity>
}

/** A request for each reason; a reason without one does not compile. */
const thiefKey = newProofKey()
const CASES: Readonly<Record<RefusalReason, Case>> = {
  'token-missing': { headers: {} },
  'authorization-malformed': { headers: bearer(`${jwt()} x`) },
  'dpop-not-offered': { headers: byKey(ofKey) },
  'token-opaque': { headers: bearer('A'.repeat(43)) },
  'token-malformed': { headers: bearer(`${jwt()}.more`) },
  'algorithm-wrong': { headers: bearer(jwt({}, { alg: 'HS256' })) },
  'key-unknown': { headers: bearer(jwt({}, { kid: '2' })) },
  'signature-wrong': { headers: bearer(jwt({}, {}, other.privateKey)) },
  'typ-wrong': {
    headers: bearer(jwt({}, { typ: 'JWT' })),
    details: { ...client, expected: 'at+jwt', actual: 'JWT' },
  },
  'claim-wrong': { headers: bearer(jwt({ jti: undefined })), details: { ...client, expected: 'jti' } },
  'issuer-wrong': {
    headers: bearer(jwt({ iss: 'https://other.example.com' })),
    details: { ...client, expected: EXPECTED.issuer, actual: 'https://other.example.com' },
  },
  'audience-wrong': {
    headers: bearer(jwt({ aud: ['https://a.example.com', 'https://b.example.com'] })),
    details: {
      ...client,
      expected: EXPECTED.audience,
      actual: '["https://a.example.com","https://b.example.com"]',
    },
  },
  'id-token': {
    headers: bearer(jwt({ at_hash: 'x' }, { typ: 'JWT' })),
    options: OTHER_ISSUER,
    details: { ...client, fault: 'it has at_hash' },
  },
  'scopes-missing': {
    headers: bearer(jwt({ scope: '' }, { typ: 'JWT' })),
    options: OTHER_ISSUER,
    details: { ...client, expected: 'scope' },
  },
  'token-expired': {
    headers: bearer(jwt({ exp: now - 1 })),
    details: { ...client, actual: String(now - 1) },
  },
  'token-early': { headers: bearer(jwt({ nbf: now + 600 })), details: client },
  'token-inactive': { headers: bearer('A'.repeat(43)), options: ONLINE },
  'token-unbound': { headers: bearer(jwt({ cnf: undefined })), details: { ...client, actual: X5T } },
  'front-unproved': {
    headers: bearer(jwt()),
    options: { ...OFFLINE, edge: { name: 'nginx', proof: { trustedNetwork: 'a test' } } },
    details: { fault: 'the connection has a certificate of its own' },
  },
  'certificate-missing': { headers: bearer(jwt()), presented: {}, details: { ...client, expected: X5T } },
  // A connection has a certificate that can be read, or none. An event may have anything: see below.
  'certificate-unreadable': {
    headers: bearer(jwt()),
    details: { ...client, expected: X5T, fault: 'not-base64' },
  },
  'certificate-differs': {
    headers: bearer(jwt()),
    presented: THIEF,
    details: { ...client, expected: X5T, actual: thumbprintOf(THIEF) },
  },
  'proof-missing': {
    headers: bearer(ofKey),
    options: BY_KEY,
    details: { ...client, expected: proofKey.jkt, actual: X5T },
  },
  'proof-wrong': {
    headers: byKey(ofKey, { htm: 'POST' }),
    options: BY_KEY,
    details: { ...client, fault: "'htm' is not the method of the request" },
  },
  'proof-differs': {
    headers: byKey(ofKey, {}, thiefKey),
    options: BY_KEY,
    details: { ...client, expected: proofKey.jkt, actual: thiefKey.jkt },
  },
  'proof-needless': {
    headers: byKey(jwt()),
    options: BY_KEY,
    details: { ...client, expected: X5T, actual: proofKey.jkt },
  },
  'binding-damaged': {
    headers: bearer(jwt({ cnf: { 'x5t#S256': 5 } })),
    details: { ...client, expected: '5', actual: X5T },
  },
  'authentication-insufficient': {
    headers: bearer(jwt({ acr: '1' })),
    rules: { acrValues: ['2', '3'] },
    details: { ...client, expected: '2 3', actual: '1' },
  },
  'scope-insufficient': {
    headers: bearer(jwt({ scope: 'write more' })),
    details: { ...client, expected: 'read', actual: 'write more' },
  },
}

const overTls = Object.entries(CASES).filter(([reason]) => reason !== 'certificate-unreadable')

/** The answer of a server with this hook over mutual TLS. */
async function refusalOf(
  { headers, presented = HOLDER, options = OFFLINE, rules = { scopes: ['read'] } }: Case,
  onRefusal?: NonNullable<ProtectedResourceOptions['onRefusal']>,
) {
  const start = SERVERS['node:https']
  if (start === undefined) throw new Error('no server')
  const resource = protectedResource({ ...options, ...(onRefusal === undefined ? {} : { onRefusal }) })
  const server = await start(resource, rules)
  const { status, challenge, text } = await ask(server, headers, presented)
  await server.close()
  return { status, challenge, text }
}

describe('onRefusal', () => {
  test.each(overTls)('over mutual TLS is called once with %s and what was required', async (reason, each) => {
    introspected = { active: false }
    const calls: unknown[] = []
    const { status } = await refusalOf(each, (...told) => calls.push(told))
    expect([status, calls]).toEqual([expect.any(Number), [[reason, each.details ?? {}]]])
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(404)
    const text = JSON.stringify(calls)
    for (const sent of Object.values(each.headers).flatMap((value) => String(value).split(/[ .]/)))
      if (sent.length > 10) expect(text).not.toContain(sent)
    expect(text).not.toContain('CERTIFICATE')
  })

  test('in a function behind API Gateway is called with certificate-unreadable', async () => {
    const calls: unknown[] = []
    const resource = protectedResource({ ...OFFLINE, onRefusal: (...told) => calls.push(told) })
    const handler = requireToken(resource, { mtlsDomains: [MTLS_DOMAIN], apiIds: API_IDS }, () => 'served')
    const certificate = '-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----'
    const sent = {
      route: '/accounts',
      method: 'GET',
      headers: bearer(jwt()) as Record<string, string>,
      certificate,
    }
    expect(await handler(eventFor(sent, '2.0'), undefined)).toMatchObject({ statusCode: 401 })
    expect(calls).toEqual([['certificate-unreadable', CASES['certificate-unreadable'].details]])
  })

  test.each([
    ['issuer-wrong', { iss: 'https://other.example.com' }],
    ['audience-wrong', { aud: undefined }],
    ['claim-wrong', { token_type: undefined }],
    ['certificate-differs', { cnf: { 'x5t#S256': thumbprintOf(THIEF) } }],
  ])('is called with %s for an introspected token', async (reason, members) => {
    introspected = { ...CLAIMS, active: true, token_type: 'Bearer', ...members }
    const reasons: string[] = []
    await refusalOf({ headers: bearer('opaque'), options: ONLINE }, (each) => reasons.push(each))
    expect(reasons).toEqual([reason])
  })

  test('changes no answer: neither when it throws nor when its promise rejects', async () => {
    const rejecting = (): unknown => Promise.reject(new Error('no log'))
    const throwing = () => {
      throw new Error('no log')
    }
    for (const each of [CASES['certificate-differs'], CASES['token-missing'], CASES['scope-insufficient']]) {
      const expected = await refusalOf(each)
      expect(await refusalOf(each, throwing)).toEqual(expected)
      expect(await refusalOf(each, rejecting)).toEqual(expected)
    }
  })

  test('is not called for a request that is served', async () => {
    const reasons: string[] = []
    const headers = bearer(jwt())
    expect((await refusalOf({ headers }, (each) => reasons.push(each))).status).toBe(200)
    expect(reasons).toEqual([])
  })
})

test('the README of the library has a row for each reason, and no other reason', () => {
  const file = new URL('../../../shared/resource-server/README.md', import.meta.url)
  const [, table = ''] = readFileSync(file, 'utf8').split('You see 401')
  const rows = [...table.matchAll(/^\| `([a-z]+(?:-[a-z]+)+)`/gm)].map(([, reason]) => reason)
  expect(rows.toSorted()).toEqual(Object.keys(CASES).toSorted())
})
