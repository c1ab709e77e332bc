import { Agent } from 'node:https'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import { afterAll, describe, expect, test } from 'vitest'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { identity, vector } from '../../infra/emulator/tls-client.ts'
import { newProofKey, proofOf, tokenBoundTo, tokensOfEachBinding } from '../../support/proof-keys.ts'
import { type Answered, ask, SERVERS } from '../../support/resource-servers.ts'
import { tlsFetch } from '../../support/tls-fetch.ts'
import { openIssuer } from '../../support/token-issuer.ts'

const HOLDER = identity('client-ec-p256')
/** The URL that clients know. The server itself has another name and port. */
const URL_GIVEN = 'https://accounts.example.com/v1'
const TARGET = { htm: 'GET', htu: `${URL_GIVEN}/accounts` }
const ALGS = 'algs="ES256 ES384 ES512 PS256 PS384 PS512 RS256 RS384 RS512 EdDSA Ed25519"'

const NO_TOKEN = [401, `Bearer, DPoP ${ALGS}`]
const MALFORMED = [400, 'Bearer error="invalid_request"']
const WRONG_PROOF = [401, `DPoP error="invalid_dpop_proof",${ALGS}`]
const INVALID_BY_DPOP = [401, `DPoP error="invalid_token",${ALGS}`]
const INVALID = [401, 'Bearer error="invalid_token"']

/** Keeps a connection for each identity. */
const keptAlive = new Agent({ keepAlive: true })
afterAll(() => keptAlive.destroy())

const summary = ({ status, challenge }: Answered) => [status, challenge]

describe.each([
  ['JWTs offline', 'jwt', 'offline', 'Express'],
  ['JWTs by introspection', 'jwt', 'online', 'Fastify'],
  ['opaque tokens by introspection', 'opaque', 'online', 'Hono'],
] as const)('%s', async (_way, format, mode, otherServer) => {
  const issuer = await openIssuer(format)
  const { walk } = issuer
  const key = newProofKey()
  const { client, token, unbound, bound } = await tokensOfEachBinding(walk, key, { scope: 'read' })
  afterAll(() => issuer.close())

  const options = { ...issuer[mode], publicUrl: URL_GIVEN }
  const proof = (claims = {}, of = token, by = key) =>
    proofOf(by, of, issuer.runtime.now(), { ...TARGET, ...claims })

  describe.each(Object.entries(SERVERS).filter(([name]) => ['node:https', otherServer].includes(name)))(
    '%s',
    async (_server, start) => {
      const server = await start(protectedResource(options), ['read'])
      const lenient = await start(protectedResource({ ...options, unboundTokens: 'allowed' }), ['read'])
      const without = await start(protectedResource(issuer[mode]), ['read'])
      afterAll(() => Promise.all([server.close(), lenient.close(), without.close()]))
      const use = async (authorization: string, dpop?: string | string[], from = server, presented = {}) =>
        summary(
          await ask(from, { authorization, ...(dpop === undefined ? {} : { dpop }) }, presented, {
            agent: keptAlive,
          }),
        )

      test('the holder of the key is served without a certificate', async () => {
        const headers = { authorization: `DPoP ${token}`, dpop: proof() }
        const { status, text } = await ask(server, headers, {}, { query: '?a=b' })
        expect([status, JSON.parse(text)]).toEqual([
          ...[200, { clientId: client.id, subject: 'alice', scopes: ['read'] }],
        ])
      })

      test('a proof for another URL, method, token or time is refused', async () => {
        const now = issuer.runtime.now()
        for (const claims of [
          { htu: `https://localhost:${server.port}/accounts` },
          { htu: `${URL_GIVEN}/payments` },
          { htu: 'https://accounts.example.com/accounts' },
          { htm: 'POST' },
          { ath: 'A'.repeat(43) },
          { iat: now - 70 },
          { iat: now + 70 },
        ]) {
          expect(await use(`DPoP ${token}`, proof(claims))).toEqual(WRONG_PROOF)
        }
        expect(await use(`DPoP ${token}`, 'a.b.c')).toEqual(WRONG_PROOF)
        const other = await ask(
          server,
          { authorization: `DPoP ${token}`, dpop: proof() },
          {},
          { method: 'DELETE' },
        )
        expect(summary(other)).toEqual(WRONG_PROOF)
      })

      test('a proof is refused at a path that a parser of URLs would read as the path of the proof', async () => {
        const headers = { authorization: `DPoP ${token}`, dpop: proof() }
        for (const query of ['/../accounts', '/%2e%2E/accounts', '/x\\..\\..\\accounts'])
          expect((await ask(server, headers, {}, { query })).status).not.toBe(200)
      })

      test('a proof of another key, or none, is refused', async () => {
        const other = newProofKey()
        expect(await use(`DPoP ${token}`, proof({}, token, other))).toEqual(INVALID_BY_DPOP)
        expect(await use(`DPoP ${token}`)).toEqual(INVALID_BY_DPOP)
      })

      test('a token that is bound to a key is refused as a bearer token', async () => {
        for (const from of [server, lenient]) {
          for (const presented of [{}, HOLDER]) {
            expect(await use(`Bearer ${token}`, undefined, from, presented)).toEqual(INVALID_BY_DPOP)
            expect(await use(`Bearer ${token}`, proof(), from, presented)).toEqual(INVALID)
          }
        }
      })

      test('a bearer token and a token of a certificate are refused by the scheme DPoP', async () => {
        for (const from of [server, lenient]) {
          for (const presented of [unbound, bound]) {
            const dpop = proof({}, presented)
            expect(await use(`DPoP ${presented}`, dpop, from, HOLDER)).toEqual(INVALID_BY_DPOP)
          }
        }
        expect((await use(`Bearer ${unbound}`, undefined, lenient))[0]).toBe(200)
        expect((await use(`Bearer ${bound}`, undefined, server, HOLDER))[0]).toBe(200)
      })

      test('the challenges offer both schemes, and malformed requests are refused', async () => {
        expect(summary(await ask(server, {}))).toEqual(NO_TOKEN)
        const one = proof()
        expect(await use(`DPoP ${token}`, [one, proof()])).not.toEqual([200, undefined])
        for (const authorization of ['DPoP', `DPoP ${token} x`, `DPoP ${token}, Bearer ${token}`]) {
          expect(await use(authorization, one)).toEqual(MALFORMED)
        }
      })

      test('without publicUrl a proof is refused by name, and a token of a key is refused', async () => {
        expect(await use(`DPoP ${token}`, proof(), without)).toEqual(MALFORMED)
        expect(await use(`Bearer ${token}`, undefined, without)).toEqual(INVALID)
        expect(await use(`DPoP ${token}`, undefined, without)).toEqual(INVALID)
      })
    },
  )

  test('only proofs by an algorithm of dpopAlgorithms pass, and challenges have these', async () => {
    const start = SERVERS['node:https']
    if (start === undefined) throw new Error('no server')
    const fetched = async (...dpopAlgorithms: string[]) => {
      const server = await start(protectedResource({ ...options, dpopAlgorithms }), ['read'])
      const answers = [
        await ask(server, { authorization: `DPoP ${token}`, dpop: proof() }),
        await ask(server, { authorization: `Bearer ${token}` }),
        await ask(server, {}),
      ]
      await server.close()
      return answers.map(summary)
    }
    const algs = 'algs="PS256 EdDSA"'
    const invalid = [401, `DPoP error="invalid_token",${algs}`]
    expect(await fetched('PS256', 'EdDSA')).toEqual([
      [401, `DPoP error="invalid_dpop_proof",${algs}`],
      invalid,
      [401, `Bearer, DPoP ${algs}`],
    ])
    expect((await fetched('ES256'))[0]).toEqual([200, undefined])
  })

  test('oauth4webapi and openid-client get the resource by their own proofs', async () => {
    const start = SERVERS['node:https']
    if (start === undefined) throw new Error('no server')
    const fetchByTls = tlsFetch({ ca: vector('ca-root') })
    // The port is known once the server listens, so the server takes its public URL from here.
    const given = { url: '' }
    const server = await start(
      (scopes) => (request) => protectedResource({ ...options, publicUrl: given.url })(scopes)(request),
      ['read'],
    )
    given.url = `https://localhost:${server.port}`
    const pair = await openid.randomDPoPKeyPair()
    const jkt = await calculateJwkThumbprint(await exportJWK(pair.publicKey))
    const own = await tokenBoundTo(walk, client, { ...key, jkt })
    const url = new URL(`${given.url}/accounts?a=b`)

    const DPoP = oauth.DPoP({}, pair)
    const get = (method: string, at = url) =>
      oauth.protectedResourceRequest(own, method, at, undefined, null, {
        DPoP,
        [oauth.customFetch]: fetchByTls,
      })
    expect((await get('GET')).status).toBe(200)
    expect((await get('DELETE')).status).toBe(200)
    const thief = oauth.DPoP({}, await openid.randomDPoPKeyPair())
    const stolen = oauth.protectedResourceRequest(own, 'GET', url, undefined, null, {
      DPoP: thief,
      [oauth.customFetch]: fetchByTls,
    })
    await expect(stolen).rejects.toMatchObject({ status: 401 })

    const config = new openid.Configuration({ issuer: issuer.offline.issuer }, client.id)
    config[openid.customFetch] = fetchByTls
    const handle = openid.getDPoPHandle(config, pair)
    const fetched = await openid.fetchProtectedResource(config, own, url, 'GET', undefined, undefined, {
      DPoP: handle,
    })
    expect([fetched.status, await fetched.json()]).toMatchObject([200, { subject: 'alice' }])
    const bearer = openid.fetchProtectedResource(config, own, url, 'GET')
    await expect(bearer).rejects.toMatchObject({ status: 401 })
    await server.close()
  })
})

test.each([[], ['HS256'], ['none'], ['es256']])('dpopAlgorithms cannot be %j', (...dpopAlgorithms) => {
  const expected = { issuer: 'https://as.example.com', audience: 'a', jwks: { keys: [] } }
  expect(() => protectedResource({ ...expected, dpopAlgorithms })).toThrow(
    'dpopAlgorithms must be some of ES256,',
  )
})

test.each(['http://accounts.example.com', 'accounts.example.com', 'https://accounts.example.com/', ''])(
  'publicUrl cannot be %j',
  (publicUrl) => {
    const expected = { issuer: 'https://as.example.com', audience: 'a', jwks: { keys: [] } }
    expect(() => protectedResource({ ...expected, publicUrl })).toThrow('publicUrl')
  },
)
