import { describe, expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { newProofKey, proofOf, tokensOfEachBinding } from '../../support/proof-keys.ts'
import { API_IDS, START } from '../../support/fixed-runtime.ts'
import { FORMATS } from '../../support/gateway.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { openWalk, OWN, TOKEN_FORMS } from '../../support/walk.ts'

/** Not the domain of the events: clients were given this one. */
const URL = 'https://accounts.example.com'
const TARGET = { htm: 'GET', htu: `${URL}/accounts` }

const runtime = await testRuntime()
const key = newProofKey()

describe.each(TOKEN_FORMS)('%s tokens', async (_form, settings) => {
  const walk = await openWalk(runtime, settings)
  const { token, unbound, bound } = await tokensOfEachBinding(walk, key)
  const handlerFor = (resourceUrls: readonly { apiId: string; url: string }[]) =>
    serveAuthorizer(authorizeRequest, {
      ...runtime,
      settings: { ...runtime.settings, serviceId: walk.number, resourceUrls },
    })
  const handler = handlerFor(API_IDS.map((apiId) => ({ apiId, url: URL })))
  const proof = (claims = {}, by = key) => proofOf(by, token, START, { ...TARGET, ...claims })

  /** `allowed`, or the reason in the log, which must be one for both formats. */
  async function decision(
    authorization: string,
    dpop?: string,
    by = handler,
    certificate?: string,
    path = '/accounts',
  ) {
    const headers = dpop === undefined ? {} : { DPoP: dpop }
    const outcomes = new Set<string | undefined>()
    for (const format of FORMATS) {
      const event = authorizerEvent({ authorization, headers, certificate }, format)
      const result = await by({ ...event, rawPath: path, path })
      const allowed = /"isAuthorized":true|"Allow"/.test(JSON.stringify(result))
      outcomes.add(allowed ? 'allowed' : runtime.logged().at(-1)?.reason)
    }
    expect(outcomes.size).toBe(1)
    return [...outcomes][0]
  }

  test('a token that is bound to a key passes with its proof, for the URL that the operator states', async () => {
    expect(await decision(`DPoP ${token}`, proof())).toBe('allowed')
    expect(await decision(`dpop  ${token}`, proof({ htu: `${TARGET.htu}?a=b` }))).toBe('allowed')
    const result = await handler(
      authorizerEvent({ authorization: `DPoP ${token}`, headers: { DPoP: proof() } }, '2.0'),
    )
    expect(result.context).toMatchObject({ dpopKeyThumbprint: key.jkt, scope: 'read' })
    expect(result.context).not.toHaveProperty('certificateThumbprint')
  })

  test.each([
    ['the domain of the gateway', { htu: 'https://mtls.api.example.com/accounts' }],
    ['another path', { htu: `${URL}/payments` }],
    ['another method', { htm: 'POST' }],
    ['another token', { ath: 'A'.repeat(43) }],
    ['an earlier time', { iat: START - 60 }],
  ])('a proof for %s is denied', async (_what, claims) => {
    expect(await decision(`DPoP ${token}`, proof(claims))).toBe('resource-proof-wrong')
  })

  test.each(['/admin/../accounts', '/%2e%2E/accounts', '/admin\\..\\accounts', '/acc\tounts', '/accounts '])(
    'a proof for /accounts is denied at %j, which a parser of URLs would read as /accounts',
    async (path) => {
      expect(await decision(`DPoP ${token}`, proof(), handler, undefined, path)).toBe('resource-proof-wrong')
    },
  )

  test('a proof of another key, or none, is denied', async () => {
    const other = newProofKey()
    expect(await decision(`DPoP ${token}`, proof({}, other))).toBe('resource-proof-differs')
    expect(await decision(`DPoP ${token}`)).toBe('resource-proof-missing')
    expect(await decision(`DPoP ${token}`, 'a.b.c')).toBe('resource-proof-wrong')
  })

  test('a token that is bound to a key is denied as a bearer token, with and without its proof', async () => {
    for (const certificate of [undefined, OWN]) {
      expect(await decision(`Bearer ${token}`, undefined, handler, certificate)).toBe(
        'resource-proof-missing',
      )
      expect(await decision(`Bearer ${token}`, proof(), handler, certificate)).toBe('resource-proof-needless')
    }
  })

  test('a bearer token and a token of a certificate are denied by the scheme DPoP', async () => {
    for (const presented of [unbound, bound]) {
      const dpop = proofOf(key, presented, START, TARGET)
      expect(await decision(`DPoP ${presented}`, dpop, handler, OWN)).toBe('resource-proof-needless')
    }
    expect(await decision(`Bearer ${bound}`, undefined, handler, OWN)).toBe('allowed')
  })

  test('proofs are refused by name for an API whose URL is not stated', async () => {
    for (const urls of [[], [{ apiId: 'x', url: URL }]]) {
      expect(await decision(`DPoP ${token}`, proof(), handlerFor(urls))).toBe('dpop-not-offered')
    }
  })

  test('with dpopProofUsedOnce a proof is allowed once', async () => {
    await walk.setService({ dpopProofUsedOnce: true })
    const event = authorizerEvent({ authorization: `DPoP ${token}`, headers: { DPoP: proof() } }, '2.0')
    expect(await handler(event)).toMatchObject({ isAuthorized: true })
    expect(await handler(event)).toMatchObject({ isAuthorized: false })
    expect(runtime.logged().at(-1)?.reason).toBe('resource-proof-used')
    await walk.resetService()
  })
})
