import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { keyOf, locateOpaque } from '../../../shared/token/token-string.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { MTLS_DOMAIN, START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { newProofKey } from '../../support/proof-keys.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { basic, BASIC, BOUND, form, OWN, REDIRECT_URI, TLS, TOKEN_FORMS } from '../../support/walk.ts'

const ALIAS = 'https://mtls.example.com/token'
/** The token endpoint ignores these. */
const PUSHED = { response_type: 'code', redirect_uri: REDIRECT_URI }
const OWN_CREDENTIALS = { grant_type: 'client_credentials' }

const walk = await testWalk({
  mtlsEndpointAliases: [
    { name: 'token_endpoint', uri: ALIAS },
    { name: 'pushed_authorization_request_endpoint', uri: 'https://mtls.example.com/par' },
  ],
  supportedTokenAuthMethods: ['NONE', 'CLIENT_SECRET_BASIC', 'TLS_CLIENT_AUTH'],
})
const { runtime } = walk
const key = newProofKey()
let client = await walk.addClient(BASIC)
beforeEach(async () => {
  client = await walk.addClient(BASIC)
})

const webApi = (dpop: string | undefined, members = {}, from = client) =>
  walk.token(from, OWN_CREDENTIALS, { dpop, ...members })
const oauth = (dpop: string, domainName = 'as.example.com', headers: object = {}, route = '/token') =>
  walk.send({
    ...{ route, body: form({ ...OWN_CREDENTIALS, ...PUSHED }), domainName },
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(client), dpop, ...headers },
  })

/** Both faces in one shape. */
const FACES = [
  ['Web API', async (dpop: string) => webOf(await webApi(dpop))],
  ['OAuth face', async (dpop: string) => oauthOf(await oauth(dpop))],
] as const
const webOf = (answer: Received) => ({ content: contentOf(answer), nonce: answer.json['dpopNonce'] })
const oauthOf = ({ json, headers }: Received) => ({ content: json, nonce: headers['dpop-nonce'] })

const bindingOf = async (token: string) => {
  const locator = locateOpaque(token)
  if (locator === undefined) throw new Error('no opaque token')
  const { grant } = await runtime.store.grants.find(keyOf(walk.number, locator))
  return grant?.stage === 'TOKENS' && grant.binding
}

test('a request that needs a nonce of a deleted service, which a function has in its cache, is answered 503', async () => {
  const deleted = await testWalk({ dpopNonceRequired: true })
  const other = await deleted.addClient(BASIC)
  await deleted.runtime.store.proofs.deleteNonceKey(deleted.number)
  const answer = await deleted.token(other, OWN_CREDENTIALS, { dpop: key.proof() })
  expect(answer.status).toBe(503)
  expect(deleted.runtime.logged().at(-1)?.reason).toBe('unavailable')
})

describe.each(FACES)('%s', (_face, ask) => {
  test('a proof binds the token to its key, and the token has the type DPoP', async () => {
    const { content, nonce } = await ask(key.proof())
    expect(content).toMatchObject({ token_type: 'DPoP' })
    expect(nonce).toBeUndefined()
    expect(await bindingOf(String(content['access_token']))).toEqual({ jkt: key.jkt })
  })

  test('the URL of a proof is normalized, and its query does not count', async () => {
    for (const htu of ['https://as.example.com/token?a=b#c', 'HTTPS://AS.example.com:443/token'])
      expect((await ask(key.proof({ htu }))).content).toMatchObject({ token_type: 'DPoP' })
  })

  test.each([
    ['is for another path', { htu: 'https://as.example.com/par' }],
    ['is for another host', { htu: 'https://other.example.com/token' }],
    ['is for the domain of the event', { htu: 'https://mtls.api.example.com/token' }],
    ['is for another method', { htm: 'GET' }],
    ['is a minute old', { iat: START - 60 }],
    ['is from the future', { iat: START + 11 }],
    ['has no jti', { jti: undefined }],
  ])('a proof is refused if it %s', async (_what, claims) => {
    expect((await ask(key.proof(claims))).content).toMatchObject({ error: 'invalid_dpop_proof' })
    expect(runtime.logged().at(-1)?.reason).toBe('dpop-proof-wrong')
  })

  test('a proof is used once, and a refused request does not use it up', async () => {
    const proof = key.proof()
    await walk.setClient(client, { grantTypes: [] })
    runtime.clock.now = addSeconds(START, 10)
    expect((await ask(proof)).content).toMatchObject({ error: 'unauthorized_client' })
    await walk.setClient(client, {})
    expect((await ask(proof)).content).toMatchObject({ token_type: 'DPoP' })
    expect((await ask(proof)).content).toMatchObject({ error: 'invalid_dpop_proof' })
    expect(runtime.logged().at(-1)?.reason).toBe('dpop-used')
  })

  test('a proof must have a nonce where the service requires one, and the answers give it', async () => {
    await walk.setService({ dpopNonceRequired: true })
    const first = await ask(key.proof())
    expect(first.content).toMatchObject({ error: 'use_dpop_nonce' })
    expect((await ask(key.proof({ nonce: 'of another' }))).content).toMatchObject({ error: 'use_dpop_nonce' })
    runtime.clock.now = addSeconds(START, 40)
    const second = await ask(key.proof({ nonce: first.nonce }))
    expect(second).toMatchObject({ content: { token_type: 'DPoP' }, nonce: first.nonce })
    runtime.clock.now = addSeconds(START, 700)
    const late = await ask(key.proof({ nonce: first.nonce, iat: START + 700 }))
    expect(late.content).toMatchObject({ error: 'use_dpop_nonce' })
    expect(late.nonce).not.toBe(first.nonce)
  })
})

test.each(TOKEN_FORMS)('a bound %s token has only the thumbprint of the key', async (kind, settings) => {
  await walk.setService(settings)
  const { access } = tokensOf(await webApi(key.proof()))
  if (kind === 'JWT') expect(decodeJwt(access)['cnf']).toEqual({ jkt: key.jkt })
})

describe('for the two published URLs of the token endpoint', () => {
  const ROOT = 'https://as.example.com/token'
  const answerTo = (answer: Received) => contentOf(answer)['token_type'] ?? contentOf(answer)['error']

  test.each(['/token', '/par'])(
    'on the OAuth face a proof for %s is for the domain that the event names, and not for that of Host',
    async (path) => {
      const outcomes = []
      for (const [domain, host] of [
        [MTLS_DOMAIN, 'as.example.com'],
        ['as.example.com', MTLS_DOMAIN],
      ] as const)
        for (const origin of ['https://mtls.example.com', 'https://as.example.com']) {
          const headers = { host, 'x-forwarded-host': host }
          const { json } = await oauth(key.proof({ htu: origin + path }), domain, headers, path)
          outcomes.push(json['error'] ?? 'taken')
        }
      expect(outcomes).toEqual(['taken', 'invalid_dpop_proof', 'invalid_dpop_proof', 'taken'])
    },
  )

  test('over mutual TLS a proof is for the endpoint in the metadata if this has no alias', async () => {
    await walk.setService({ mtlsEndpointAliases: [] })
    expect((await oauth(key.proof({ htu: ROOT }), MTLS_DOMAIN)).json['token_type']).toBe('DPoP')
    expect((await oauth(key.proof({ htu: ALIAS }), MTLS_DOMAIN)).json['error']).toBe('invalid_dpop_proof')
  })

  test('on the Web API a proof is for either, unless the call names another', async () => {
    for (const htu of [ALIAS, ROOT]) {
      expect(answerTo(await webApi(key.proof({ htu })))).toBe('DPoP')
      expect(answerTo(await webApi(key.proof({ htu }), { htu: 'https://front.example.com/token' }))).toBe(
        'invalid_dpop_proof',
      )
    }
  })
})

test('the caller of the Web API may name method and URL of the request, and demand a nonce', async () => {
  const htu = 'https://front.example.com/oauth/token'
  expect(outcome(await webApi(key.proof({ htu, htm: 'PUT' }), { htu, htm: 'PUT' }))).toBe('OK A052001')
  expect(outcome(await webApi(key.proof(), { htu }))).toBe('BAD_REQUEST A244394 invalid_dpop_proof')
  expect(outcome(await webApi(key.proof(), { htu: 'no URL' }))).toContain('A244394')
  expect(outcome(await webApi(key.proof(), { dpopNonceRequired: true }))).toContain('A244396 use_dpop_nonce')
})

test('without a proof the other members have no effect, and empty ones are absent', async () => {
  for (const members of [
    { htm: 'GET', htu: 'x', dpopNonceRequired: true },
    { htm: '', htu: null },
  ]) {
    expect(contentOf(await webApi('', members))).toMatchObject({ token_type: 'Bearer' })
  }
  expect(outcome(await webApi(key.proof(), { htm: '', htu: '' }))).toBe('OK A052001')
})

test('two proofs, an empty header and the scheme DPoP are refused on the OAuth face', async () => {
  const { send } = walk
  const type = { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) }
  const ask = (headers: object, format: '1.0' | '2.0') =>
    send({ route: '/token', headers: { ...type, ...headers }, body: 'grant_type=client_credentials' }, format)
  for (const format of ['1.0', '2.0'] as const) {
    for (const dpop of [[key.proof(), key.proof()], '', 'a.b.c'])
      expect((await ask({ dpop }, format)).json['error']).toBe('invalid_dpop_proof')
    expect((await ask({ authorization: 'DPoP x' }, format)).json['error']).toBe('invalid_request')
  }
})

describe('where tokens must be bound to the certificate', () => {
  test('a proof is refused where tokens must be bound to the certificate, with and without it', async () => {
    const bound = await walk.addClient(BASIC, BOUND)
    for (const clientCertificate of [OWN, undefined])
      expect(outcome(await webApi(key.proof(), { clientCertificate }, bound))).toContain('A244393')
    expect(contentOf(await webApi(undefined, { clientCertificate: OWN }, bound))['token_type']).toBe('Bearer')
  })

  test('a proof is refused for a client under the profile, too', async () => {
    const profiled = await walk.addClient({ ...TLS, ...BOUND }, { fapi2: true })
    await walk.setService({ tlsClientCertificateBoundAccessTokens: false })
    expect(outcome(await webApi(key.proof(), { clientCertificate: OWN }, profiled))).toContain('A244393')
  })
})

test('a client with dpopRequired gets no token without a proof', async () => {
  await walk.setClient(client, { dpopRequired: true })
  runtime.clock.now = addSeconds(START, 20)
  expect(outcome(await webApi(undefined))).toBe('BAD_REQUEST A244395 invalid_dpop_proof')
  expect(outcome(await webApi(key.proof()))).toBe('OK A052001')
})
