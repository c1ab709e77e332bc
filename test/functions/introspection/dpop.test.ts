import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { digest } from '../../../shared/store/digest.ts'
import { outcome } from '../../support/answers.ts'
import { newProofKey, proofOf, TARGET, tokensOfEachBinding } from '../../support/proof-keys.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { openWalk, OWN, TOKEN_FORMS } from '../../support/walk.ts'

const runtime = await testRuntime()
const key = newProofKey()
const other = newProofKey()

describe.each(TOKEN_FORMS)('%s tokens', async (_form, settings) => {
  const walk = await openWalk(runtime, settings)
  const { token, unbound, bound } = await tokensOfEachBinding(walk, key)
  const ask = async (
    presented: string,
    dpop: string | undefined,
    target: object = TARGET,
    certificate?: string,
  ) => outcome(await walk.introspect(presented, certificate, { dpop, ...target }))
  const proof = (claims = {}, header = {}) => proofOf(key, token, START, claims, header)

  test('a token that is bound to a key passes with a proof of this key for this request', async () => {
    const answer = await walk.introspect(token, undefined, { dpop: proof(), ...TARGET })
    expect(outcome(answer)).toBe('OK A056001')
    expect(answer.json).toMatchObject({ dpopKeyThumbprint: key.jkt, usable: true })
    expect(answer.json).not.toHaveProperty('certificateThumbprint')
    const spelled = { htm: 'GET', htu: 'https://RS.example.com:443/accounts?a=b#c' }
    expect(await ask(token, proof(), spelled)).toBe('OK A056001')
  })

  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['another URL', {}, { htu: 'https://rs.example.com/payments' }],
    ['another host', {}, { htu: 'https://evil.example.com/accounts' }],
    ['the URL that a parser makes of this one', {}, { htu: 'https://rs.example.com/admin/../accounts' }],
    ['another method', {}, { htm: 'POST' }],
    ['another token', { ath: 'A'.repeat(43) }, {}],
    ['no token', { ath: undefined }, {}],
    ['an earlier time', { iat: START - 60 }, {}],
    ['a later time', { iat: START + 11 }, {}],
  ])('a proof for %s is refused', async (_what, claims, target) => {
    const asked = { ...TARGET, ...target }
    expect(await ask(token, proof(claims), asked)).toBe('UNAUTHORIZED A065310 invalid_dpop_proof')
  })

  test('a token that is bound to a key is refused as a bearer token, even with any certificate', async () => {
    for (const certificate of [undefined, OWN]) {
      for (const dpop of [undefined, '', null]) {
        const answer = await walk.introspect(token, certificate, { dpop, ...TARGET })
        expect(outcome(answer)).toBe('UNAUTHORIZED A065308 invalid_token')
      }
    }
  })

  test('a proof of another key is refused', async () => {
    expect(await ask(token, proofOf(other, token, START))).toBe('UNAUTHORIZED A065309 invalid_token')
  })

  test('a bearer token and a token of a certificate are refused with a proof, even with the certificate', async () => {
    for (const presented of [unbound, bound]) {
      for (const certificate of [undefined, OWN]) {
        const dpop = proofOf(key, presented, START)
        expect(await ask(presented, dpop, TARGET, certificate)).toBe('UNAUTHORIZED A065396 invalid_token')
      }
    }
  })

  test('htm and htu are required with a proof, and mean nothing without one', async () => {
    for (const target of [{}, { htm: 'GET' }, { htu: TARGET.htu }, { htm: '', htu: '' }]) {
      expect(await ask(token, proof(), target)).toBe('BAD_REQUEST A057396 invalid_request')
    }
    expect(await ask(unbound, undefined, { htm: 'POST', htu: 'x' })).toBe('OK A056001')
  })

  test('the challenge has the scheme DPoP and ends with the algorithms if a key is the matter', async () => {
    const algs = /^DPoP error="[a-z_]+",error_description=.*,algs="ES256 [A-Za-z0-9 ]+"$/
    const challenge = async (presented: string, members: object) =>
      (await walk.introspect(presented, undefined, { ...members })).json['responseContent']
    const dpop = proof()
    expect(await challenge(token, {})).toMatch(algs)
    expect(await challenge(token, { dpop: 'x', ...TARGET })).toMatch(algs)
    expect(await challenge(token, { dpop, ...TARGET, scopes: ['write'] })).toMatch(
      /^DPoP error="insufficient_scope",.*,scope="write",algs=/,
    )
    expect(await challenge('unknown', { dpop, ...TARGET })).toMatch(algs)
    expect(await challenge('unknown', {})).toMatch(/^Bearer /)
    expect(await challenge(bound, {})).toMatch(/^Bearer .*(?<!algs="[^"]*")$/)
  })

  test('standard introspection shows the key, and the token type DPoP', async () => {
    const confirmation = { cnf: { jkt: key.jkt }, token_type: 'DPoP' }
    expect(await walk.standard(token)).toMatchObject(confirmation)
    expect(await walk.standard(bound)).toMatchObject({ token_type: 'Bearer' })
  })

  test('introspection for the holder of a certificate refuses the token as it refuses an unknown one', async () => {
    const refused = async (presented: string) => {
      const { status, text, headers } = await walk.post('/introspection', { token: presented }, OWN)
      return [status, text, headers['www-authenticate']]
    }
    expect(await refused(token)).toEqual(await refused('unknown'))
    expect(await refused(token)).toEqual([401, '{"error":"invalid_token"}', 'Bearer error="invalid_token"'])
  })

  test('the steps show what the proof was compared with', async () => {
    const steps = async (members: object) => {
      const { json } = await walk.introspect(token, undefined, { ...members, explain: true })
      return (json['steps'] as { name: string }[]).filter(({ name }) => ['proof', 'binding'].includes(name))
    }
    const required = { requiredHtm: TARGET.htm, requiredHtu: TARGET.htu }
    expect(await steps({ dpop: proof(), ...TARGET })).toEqual([
      { name: 'proof', outcome: 'PASSED', proof: 'VERIFIED', proofKeyThumbprint: key.jkt, ...required },
      expect.objectContaining({ bound: true, tokenKeyThumbprint: key.jkt, proofKeyThumbprint: key.jkt }),
    ])
    expect(await steps({ dpop: proof({ htm: 'PUT' }), ...TARGET })).toEqual([
      {
        ...{ name: 'proof', outcome: 'FAILED', proof: 'WRONG', proofFault: 'htm-wrong', ...required },
        ...{ reason: 'resource-proof-wrong', resultCode: 'A065310' },
      },
      { name: 'binding', outcome: 'NOT_LOOKED_AT' },
    ])
    expect(await steps({ dpop: proofOf(other, token, START), ...TARGET })).toEqual([
      expect.objectContaining({ outcome: 'PASSED', proofKeyThumbprint: other.jkt }),
      expect.objectContaining({
        outcome: 'FAILED',
        reason: 'resource-proof-differs',
        tokenKeyThumbprint: key.jkt,
      }),
    ])
  })

  test.each([
    ['the service', { dpopNonceRequired: true }, {}],
    ['the caller', {}, { dpopNonceRequired: true }],
  ])(
    'a nonce that %s demands is given out, and is good for the next proofs',
    async (_who, service, members) => {
      await walk.setService(service)
      const asked = { ...TARGET, ...members }
      const first = await walk.introspect(token, undefined, { dpop: proof(), ...asked })
      expect(outcome(first)).toBe('UNAUTHORIZED A065397 use_dpop_nonce')
      const nonce = first.json['dpopNonce']
      expect(nonce).toMatch(/^[\w-]{43}$/)
      const again = await walk.introspect(token, undefined, { dpop: proof({ nonce }), ...asked })
      expect([outcome(again), again.json['dpopNonce']]).toEqual(['OK A056001', nonce])
      await walk.resetService()
      const without = await walk.introspect(token, undefined, { dpop: proof(), ...TARGET })
      expect(without.json).toMatchObject({ action: 'OK' })
      expect(without.json).not.toHaveProperty('dpopNonce')
    },
  )

  test('a proof can be used again for the same request, unless the service lets it pass once for each credential', async () => {
    const again = proof()
    for (let i = 0; i < 2; i++) expect(await ask(token, again)).toBe('OK A056001')
    const secret = randomUUID()
    const added = { digest: digest(secret), role: 'introspect' } as const
    const credentials = (await runtime.store.registry.findCurrentService(walk.number))?.credentials ?? []
    await walk.setService({ dpopProofUsedOnce: true, credentials: [...credentials, added] })
    const dpop = proof()
    // A refused request uses up nothing.
    const refused = await walk.introspect(token, undefined, { dpop, ...TARGET, scopes: ['admin'] })
    expect(outcome(refused)).toBe('FORBIDDEN A064302 insufficient_scope')
    expect(await ask(token, dpop)).toBe('OK A056001')
    expect(await ask(token, dpop)).toBe('UNAUTHORIZED A065398 invalid_dpop_proof')
    const asked = { token, dpop, ...TARGET }
    for (const other of [walk.secrets.introspect, secret]) {
      const byOther = () => walk.call('/auth/introspection', asked, { secret: other })
      expect(outcome(await byOther())).toBe('OK A056001')
      expect(outcome(await byOther())).toBe('UNAUTHORIZED A065398 invalid_dpop_proof')
    }
    await walk.resetService()
  })
})
