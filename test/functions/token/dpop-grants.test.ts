import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { newProofKey } from '../../support/proof-keys.ts'
import { pushing } from '../../support/pushing.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { basic, BASIC, BOUND, OWN, PUBLIC, REDIRECT_URI, RENEWED, TLS } from '../../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk
const [key, other] = [newProofKey(), newProofKey()]
let client = await walk.addClient(BASIC)
beforeEach(async () => {
  client = await walk.addClient(BASIC)
})

describe('a refresh', () => {
  const redeem = async (from: typeof client, dpop?: string, certificate?: string) => {
    const asked = {
      grant_type: 'authorization_code',
      code: await walk.code(from),
      redirect_uri: REDIRECT_URI,
    }
    return tokensOf(await walk.token(from, asked, { dpop, clientCertificate: certificate })).refresh
  }
  const refresh = (from: typeof client, token: string, dpop?: string, clientCertificate?: string) => {
    const asked = { grant_type: 'refresh_token', refresh_token: token }
    return walk.token(from, asked, { dpop, clientCertificate })
  }

  test.each([
    ['public client', PUBLIC],
    ['client with a secret', BASIC],
  ])('a refresh of a %s needs a proof of the same key', async (_kind, kind) => {
    const from = await walk.addClient(kind)
    const token = await redeem(from, key.proof())
    expect(outcome(await refresh(from, token))).toBe('BAD_REQUEST A053396 invalid_grant')
    expect(outcome(await refresh(from, token, other.proof()))).toBe('BAD_REQUEST A053311 invalid_grant')
    const refreshed = await refresh(from, token, key.proof())
    expect(contentOf(refreshed)).toMatchObject({ token_type: 'DPoP' })
  })

  test('a refresh of a client that proves itself by a key may have another DPoP key, but needs a proof', async () => {
    const from = await walk.addClient(TLS)
    const token = await redeem(from, key.proof(), OWN)
    expect(outcome(await refresh(from, token, undefined, OWN))).toBe('BAD_REQUEST A053396 invalid_grant')
    const { refresh: next } = tokensOf(await refresh(from, token, other.proof(), OWN))
    expect(contentOf(await refresh(from, next, other.proof(), RENEWED))).toMatchObject({ token_type: 'DPoP' })
  })

  test('a refresh of a grant that is bound to a certificate must not have a proof', async () => {
    for (const kind of [PUBLIC, TLS]) {
      const from = await walk.addClient(kind, BOUND)
      const token = await redeem(from, undefined, OWN)
      await walk.setClient(from, { tlsClientCertificateBoundAccessTokens: false })
      runtime.clock.now = addSeconds(runtime.clock.now, 11)
      expect(outcome(await refresh(from, token, key.proof(), OWN))).toBe('BAD_REQUEST A053397 invalid_grant')
      expect(contentOf(await refresh(from, token, undefined, OWN))['token_type']).toBe('Bearer')
    }
  })

  test('a refresh of a grant that is bound to a key gets no token where the certificate is required by now', async () => {
    for (const kind of [PUBLIC, TLS]) {
      const from = await walk.addClient(kind)
      const token = await redeem(from, key.proof(), OWN)
      await walk.setClient(from, BOUND)
      expect(outcome(await refresh(from, token, key.proof(), OWN))).toContain('A244393')
      expect(outcome(await refresh(from, token, undefined, OWN))).toContain('A053396')
    }
  })

  test('a refresh of an unbound grant binds only for a client that proves itself by a key', async () => {
    const open = await walk.addClient(PUBLIC)
    expect(outcome(await refresh(open, await redeem(open), key.proof()))).toContain('A053393 invalid_grant')
    const proving = await walk.addClient(TLS)
    const bound = await refresh(proving, await redeem(proving, undefined, OWN), key.proof(), OWN)
    const { refresh: next } = tokensOf(bound)
    expect(contentOf(bound)).toMatchObject({ token_type: 'DPoP' })
    expect(outcome(await refresh(proving, next, undefined, OWN))).toContain('A053396')
  })
})

test('a whole request that is sent again with its proof ends no grant: neither by its code nor by its refresh token', async () => {
  const [first, second] = [key.proof(), key.proof()]
  const code = { grant_type: 'authorization_code', code: await walk.code(client), redirect_uri: REDIRECT_URI }
  const ask = (asked: object, dpop: string) => walk.token(client, { ...asked }, { dpop })
  const { refresh } = tokensOf(await ask(code, first))
  expect(outcome(await ask(code, first))).toContain('A244397')
  const old = { grant_type: 'refresh_token', refresh_token: refresh }
  const next = tokensOf(await ask(old, second))
  runtime.clock.now = addSeconds(runtime.clock.now, 20)
  expect(outcome(await ask(old, second))).toContain('A244397')
  expect((await walk.standard(next.access))['active']).toBe(true)
  expect(outcome(await ask(old, key.proof()))).toContain('A053305')
  expect((await walk.standard(next.access))['active']).toBe(false)
})

test('a proof that was used redeems nothing, and leaves the code and the refresh token to a new proof', async () => {
  const used = key.proof()
  const ask = (asked: object, dpop: string) => walk.token(client, { ...asked }, { dpop })
  await ask({ grant_type: 'client_credentials' }, used)
  const code = { grant_type: 'authorization_code', code: await walk.code(client), redirect_uri: REDIRECT_URI }
  expect(outcome(await ask(code, used))).toContain('A244397')
  const { refresh } = tokensOf(await ask(code, key.proof()))
  const old = { grant_type: 'refresh_token', refresh_token: refresh }
  expect(outcome(await ask(old, used))).toContain('A244397')
  expect(outcome(await ask(old, key.proof()))).toBe('OK A053001')
})

describe('a code with dpop_jkt', () => {
  const asked = { dpop_jkt: key.jkt }
  const redeem = (code: string, dpop?: string) =>
    walk.token(client, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }, { dpop })

  test('a code with dpop_jkt is redeemed only by a proof of this key, and a wrong one changes nothing', async () => {
    const code = await walk.code(client, asked)
    expect(outcome(await redeem(code))).toBe('BAD_REQUEST A050394 invalid_grant')
    expect(outcome(await redeem(code, other.proof()))).toBe('BAD_REQUEST A050395 invalid_grant')
    const redeemed = await redeem(code, key.proof())
    expect(contentOf(redeemed)['token_type']).toBe('DPoP')
    expect(outcome(await redeem(code, other.proof()))).toContain('A050395')
    expect((await walk.standard(tokensOf(redeemed).access))['active']).toBe(true)
  })

  test('a code with dpop_jkt that is used again by its key ends the grant', async () => {
    const code = await walk.code(client, asked)
    const { access } = tokensOf(await redeem(code, key.proof()))
    expect(outcome(await redeem(code, key.proof()))).toContain('A050305')
    expect((await walk.standard(access))['active']).toBe(false)
  })

  test('dpop_jkt that is not the thumbprint of a key is refused, and an empty one is absent', async () => {
    for (const dpop_jkt of [key.jkt.slice(1), `${key.jkt}=`])
      expect(outcome(await walk.authorize(client, { dpop_jkt }))).toBe('LOCATION A004398 invalid_request')
    expect((await walk.authorize(client, { dpop_jkt: '' })).json['action']).toBe('INTERACTION')
  })

  const HTU = 'https://as.example.com/par'
  const { push, start } = pushing(walk)
  const pushed = async (parameters: object, dpop?: string) => {
    const { json } = await push(client, { ...parameters }, { dpop })
    const { json: begun } = await start(client, String(json['requestUri']))
    return String((await walk.issue(begun['ticket'])).json['authorizationCode'])
  }

  test('dpop_jkt can be pushed, by the parameter, by a proof or by both', async () => {
    for (const code of [
      await pushed(asked),
      await pushed({}, key.proof({ htu: HTU })),
      await pushed(asked, key.proof({ htu: HTU })),
    ]) {
      expect(outcome(await redeem(code, other.proof()))).toContain('A050395')
      expect(contentOf(await redeem(code, key.proof()))['token_type']).toBe('DPoP')
    }
  })

  test('a request is not pushed with a proof of another key, for another URL, or one that was used', async () => {
    const refused = async (parameters: object, dpop: string) =>
      outcome(await push(client, { ...parameters }, { dpop }))
    expect(await refused(asked, other.proof({ htu: HTU }))).toContain('A245393 invalid_dpop_proof')
    expect(await refused({}, key.proof())).toContain('A244394')
    const proof = key.proof({ htu: HTU })
    expect(await refused({}, proof)).toBe('CREATED A245001')
    expect(await refused({}, proof)).toContain('A244397')
    await walk.setService({ dpopNonceRequired: true })
    const { json } = await push(client, {}, { dpop: key.proof({ htu: HTU }) })
    expect([json['action'], typeof json['dpopNonce']]).toEqual(['BAD_REQUEST', 'string'])
    const again = key.proof({ htu: HTU, nonce: json['dpopNonce'] })
    const form = { response_type: 'code', redirect_uri: REDIRECT_URI }
    const { status, headers } = await walk.post('/par', form, undefined, { ...basic(client), dpop: again })
    expect([status, headers['dpop-nonce']]).toEqual([201, json['dpopNonce']])
  })
})
