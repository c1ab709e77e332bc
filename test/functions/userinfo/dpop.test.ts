import { expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { newProofKey, proofOf, tokenBoundTo } from '../../support/proof-keys.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, BOUND, OWN } from '../../support/walk.ts'

const URL_OF_METADATA = 'https://as.example.com/userinfo'
const ALIAS = 'https://mtls.example.com/userinfo'
const walk = await testWalk({
  supportedScopes: [{ name: 'openid' }, { name: 'read' }],
  userInfoEndpoint: URL_OF_METADATA,
  mtlsEndpointAliases: [
    { name: 'userinfo_endpoint', uri: ALIAS },
    { name: 'token_endpoint', uri: 'https://mtls.example.com/token' },
  ],
})
const client = await walk.addClient(BASIC)
const key = newProofKey()
const token = await tokenBoundTo(walk, client, key, { scopes: ['openid'] })

const process = async (dpop: string | undefined, members: object = {}) =>
  walk.call('/auth/userinfo', { token, dpop, htm: 'GET', ...members })
const proof = (claims: object = {}) => proofOf(key, token, START, { htu: URL_OF_METADATA, ...claims })

test('a token that is bound to a key passes with a proof for the URL of the metadata, its alias, or the one of the caller', async () => {
  for (const htu of [URL_OF_METADATA, ALIAS])
    expect(outcome(await process(proof({ htu })))).toBe('OK A091001')
  const own = { htu: 'https://front.example.com/me' }
  expect(outcome(await process(proof(own), own))).toBe('OK A091001')
  const rewritten = { htu: 'https://front.example.com/admin/../me' }
  for (const [dpop, asked] of [[proof(), own] as const, [proof(own), rewritten] as const])
    expect(outcome(await process(dpop, asked))).toBe('UNAUTHORIZED A065310 invalid_dpop_proof')
})

test.each([
  ['another URL', { htu: 'https://mtls.example.com/token' }],
  ['another method', { htm: 'POST' }],
  ['another token', { ath: 'A'.repeat(43) }],
])('a proof for %s is refused at userinfo', async (_, claims) => {
  const answer = await process(proof(claims))
  expect(outcome(answer)).toBe('UNAUTHORIZED A065310 invalid_dpop_proof')
  expect(Object.keys(answer.json)).not.toContain('usable')
  expect(answer.json['responseContent']).toMatch(/^DPoP error="invalid_dpop_proof",.*algs="/)
})

test('a token that is bound to a key is refused at userinfo as a bearer token, and with a proof of another key', async () => {
  const answer = await process(undefined, { clientCertificate: OWN })
  expect(outcome(answer)).toBe('UNAUTHORIZED A089311 invalid_token')
  expect(answer.json['responseContent']).toMatch(/^DPoP error="invalid_token"/)
  const other = proofOf(newProofKey(), token, START, { htu: URL_OF_METADATA })
  expect(outcome(await process(other))).toBe('UNAUTHORIZED A065309 invalid_token')
})

test('a token that is not bound to a key is refused at userinfo with a proof', async () => {
  const bound = await walk.addClient(BASIC, BOUND)
  const tokens = [
    (await walk.granted(client, undefined, { scope: 'openid' })).access,
    (await walk.granted(bound, OWN, { scope: 'openid' })).access,
  ]
  for (const other of tokens) {
    const dpop = proofOf(key, other, START, { htu: URL_OF_METADATA })
    const answer = await process(dpop, { token: other, clientCertificate: OWN })
    expect(outcome(answer)).toBe('UNAUTHORIZED A065396 invalid_token')
  }
})

test('possession of the key is judged before the scope', async () => {
  const without = await tokenBoundTo(walk, client, key, { scopes: ['read'] })
  const ask = async (dpop: string) => outcome(await process(dpop, { token: without }))
  expect(await ask(proof())).toBe('UNAUTHORIZED A065310 invalid_dpop_proof')
  const right = proofOf(key, without, START, { htu: URL_OF_METADATA })
  expect(await ask(right)).toBe('FORBIDDEN A089304 insufficient_scope')
})

test('a caller of userinfo demands a nonce, which the refusal has', async () => {
  const asked = { dpopNonceRequired: true }
  const refused = await process(proof(), asked)
  expect(outcome(refused)).toBe('UNAUTHORIZED A065397 use_dpop_nonce')
  const nonce = refused.json['dpopNonce']
  const answer = await process(proof({ nonce }), asked)
  expect([outcome(answer), answer.json['dpopNonce']]).toEqual(['OK A091001', nonce])
})

test('with dpopProofUsedOnce a proof passes once at userinfo, and a refusal uses it not up', async () => {
  await walk.setService({ dpopProofUsedOnce: true })
  const dpop = proof()
  expect(outcome(await process(dpop, { htm: 'POST' }))).toBe('UNAUTHORIZED A065310 invalid_dpop_proof')
  expect(outcome(await process(dpop))).toBe('OK A091001')
  expect(outcome(await process(dpop))).toBe('UNAUTHORIZED A065398 invalid_dpop_proof')
  const asked = { grantType: 'CLIENT_CREDENTIALS', subject: undefined, scopes: ['openid'] }
  const own = await tokenBoundTo(walk, client, key, asked)
  const ofClient = { token: own, dpop: proofOf(key, own, START, { htu: URL_OF_METADATA }) }
  const answers = [await process(undefined, ofClient), await process(undefined, ofClient)]
  expect(answers.map(outcome)).toEqual(Array(2).fill('FORBIDDEN A089394 invalid_request'))
  await walk.setService({ dpopProofUsedOnce: false })
})

test('a proof without its method, or without any URL to compare, is refused; without a proof both are ignored', async () => {
  expect(outcome(await process(proof(), { htm: null }))).toBe('BAD_REQUEST A088395 invalid_request')
  const plain = (await walk.granted(client, undefined, { scope: 'openid' })).access
  expect(outcome(await process(undefined, { token: plain, htu: 'x' }))).toBe('OK A091001')
  await walk.setService({ userInfoEndpoint: undefined, mtlsEndpointAliases: [] })
  expect(outcome(await process(proof()))).toBe('BAD_REQUEST A088395 invalid_request')
})
