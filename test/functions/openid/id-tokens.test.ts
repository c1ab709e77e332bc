import { hash } from 'node:crypto'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { idTokenOf, OPENID, OPENID_PROVIDER, verifiedIdToken } from '../../support/openid.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, basic, form, PUBLIC, REDIRECT_URI, SUBJECT } from '../../support/walk.ts'

const walk = await testWalk(OPENID_PROVIDER)
const client = await walk.addClient(BASIC)

/** From the authorization request to the answer of the token endpoint. */
async function redeemed(parameters: object = {}, members: object = {}, by = client) {
  const code = await walk.code(by, { ...OPENID, ...parameters }, { ...members })
  return walk.redeem(by, code)
}
const claimsOf = async (...asked: Parameters<typeof redeemed>) =>
  decodeJwt(idTokenOf(await redeemed(...asked)))

const halfHash = (token: string, algorithm = 'sha256') => {
  const whole = hash(algorithm, token, 'buffer')
  return whole.subarray(0, whole.length / 2).toString('base64url')
}

test('a code gives an ID token with the claims of OpenID Connect Core, and no others', async () => {
  const authentication = { authTime: START - 5, acr: 'gold' }
  const answer = await redeemed({ nonce: 'this request', max_age: '60' }, authentication)
  const { payload, protectedHeader } = await verifiedIdToken(walk, client, idTokenOf(answer))
  expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: '1' })
  expect(payload).toEqual({
    iss: 'https://as.example.com',
    ...{ sub: SUBJECT, aud: client.id, exp: START + 86400, iat: START },
    ...{ nonce: 'this request', auth_time: START - 5, acr: 'gold' },
    at_hash: halfHash(tokensOf(answer).access),
  })
})

test('an ID token has the nonce of its own request, and none without one', async () => {
  const nonces = ['first', 'second', 'n'.repeat(512)]
  const codes = await Promise.all(nonces.map((nonce) => walk.code(client, { ...OPENID, nonce })))
  const answers = await Promise.all(codes.map((code) => walk.redeem(client, code)))
  expect(answers.map((answer) => decodeJwt(idTokenOf(answer))['nonce'])).toEqual(nonces)
  expect(await claimsOf()).not.toHaveProperty('nonce')
})

test('an ID token has no time and no class of an authentication that nobody named, also after a refresh', async () => {
  const answer = await redeemed()
  const refreshed = await walk.refresh(client, tokensOf(answer).refresh)
  for (const one of [answer, refreshed])
    expect(Object.keys(decodeJwt(idTokenOf(one)))).toEqual(['iss', 'sub', 'aud', 'exp', 'iat', 'at_hash'])
})

test('the OAuth face gives the same ID token', async () => {
  const code = await walk.code(client, { ...OPENID, nonce: 'n' })
  const asked = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }
  const { json } = await walk.post('/token', asked, undefined, basic(client))
  const { payload } = await verifiedIdToken(walk, client, json['id_token'] as string)
  expect(payload).toMatchObject({ nonce: 'n', at_hash: halfHash(json['access_token'] as string) })
})

test.each([
  ['a code without openid', { scope: 'read' }, {}],
  ['a code whose openid the end-user has not granted', {}, { scopes: ['read'] }],
  [
    'a code to which the authorization server has added openid',
    { scope: 'read' },
    { scopes: ['openid', 'read'] },
  ],
])('%s gives no ID token', async (_what, parameters, members) => {
  const answer = await redeemed(parameters, members)
  expect(outcome(answer)).toBe('OK A050001')
  expect([contentOf(answer)['id_token'], answer.json['idToken']]).toEqual([undefined, undefined])
  expect(contentOf(answer)['scope']).toBe('read')
})

test('no other grant gives an ID token, even with openid', async () => {
  for (const answer of [
    await walk.credentials(client, undefined, OPENID),
    await walk.call('/auth/token/create', {
      ...{ grantType: 'AUTHORIZATION_CODE', clientId: client.id, subject: SUBJECT, scopes: ['openid'] },
    }),
  ]) {
    expect(answer.json['action']).toBe('OK')
    expect(answer.text).not.toMatch(/id_?token/i)
  }
})

describe('from the authorization server', () => {
  test('sub of the authorization server replaces the subject in the ID token only', async () => {
    const answer = await redeemed({}, { sub: 'pairwise' })
    expect(decodeJwt(idTokenOf(answer)).sub).toBe('pairwise')
    expect(answer.json['subject']).toBe(SUBJECT)
    expect((await walk.standard(tokensOf(answer).access))['sub']).toBe(SUBJECT)
    expect((await claimsOf({}, { sub: '' })).sub).toBe(SUBJECT)
  })

  test.each([
    ['as text', (members: object) => JSON.stringify(members)],
    ['as an object', (members: object) => members],
  ])(
    'claims and header parameters of the authorization server, given %s, are in the ID token only',
    async (_how, given) => {
      await walk.setService({ accessTokenSignAlg: 'ES256' })
      const answer = await redeemed(
        {},
        {
          claims: given({ name: 'Zoë', address: { country: 'JP' } }),
          idtHeaderParams: given({ tenant: 't' }),
        },
      )
      const { payload, protectedHeader } = await verifiedIdToken(walk, client, idTokenOf(answer))
      expect(payload).toMatchObject({ name: 'Zoë', address: { country: 'JP' }, sub: SUBJECT })
      expect(protectedHeader).toEqual({ tenant: 't', alg: 'ES256', typ: 'JWT', kid: '1' })
      const { access } = tokensOf(answer)
      expect(decodeJwt(access)).not.toHaveProperty('name')
      expect(payload['at_hash']).toBe(halfHash(access))
    },
  )

  const WRITTEN =
    'iss sub aud exp nbf iat jti auth_time nonce acr azp at_hash c_hash s_hash cnf client_id scope act may_act events token_introspection'

  test("claims that certbound writes are dropped, so the sub of Authlete's own front end never wins over the subject", async () => {
    const claims = Object.fromEntries(WRITTEN.split(' ').map((name) => [name, 'mallory'.repeat(100)]))
    const authentication = { authTime: START - 5, acr: 'gold' }
    const written = await claimsOf({ nonce: 'n' }, authentication)
    const given = await claimsOf({ nonce: 'n' }, { ...authentication, claims: { ...claims, name: 'Zoë' } })
    expect(given).toEqual({ ...written, at_hash: given['at_hash'], name: 'Zoë' })
    expect(await claimsOf({}, { claims })).not.toHaveProperty('auth_time')
  })

  test('auth_time among the claims does not meet the demand of the client for one', async () => {
    const { json } = await walk.authorize(client, { ...OPENID, max_age: '60' })
    const answer = await walk.issue(json['ticket'], { claims: { auth_time: START } })
    expect(outcome(answer)).toBe('INTERNAL_SERVER_ERROR A045294 server_error')
    expect(outcome(await walk.issue(json['ticket'], { authTime: START }))).toBe('LOCATION A040001')
  })

  test.each(['alg', 'typ', 'kid', 'crit', 'jwk', 'jku', 'x5u', 'x5c', 'cty', 'b64'])(
    'the header parameter %s is refused',
    async (name) => {
      const { json } = await walk.authorize(client, OPENID)
      const answer = await walk.issue(json['ticket'], { idtHeaderParams: { [name]: 'at+jwt' } })
      expect([answer.status, answer.json['resultCode']]).toEqual([400, 'A001298'])
    },
  )

  test('claims and header parameters that are not objects are refused, also for a request that gets no ID token', async () => {
    const { json } = await walk.authorize(client, { scope: 'read' })
    for (const name of ['claims', 'idtHeaderParams'])
      for (const wrong of ['[]', 'x', 7])
        expect((await walk.issue(json['ticket'], { [name]: wrong })).json['resultCode']).toBe('A001294')
  })
})

describe('how long', () => {
  test('an ID token is valid for the shorter of the lifetimes of the service and of the client', async () => {
    await walk.setService({ idTokenDuration: 300 })
    expect((await claimsOf()).exp).toBe(START + 300)
    const extension = (idTokenDuration: number) => ({ extension: { idTokenDuration } })
    const [shorter, longer] = [
      await walk.addClient(PUBLIC, extension(60)),
      await walk.addClient(PUBLIC, extension(900)),
    ]
    expect((await claimsOf({}, {}, shorter)).exp).toBe(START + 60)
    expect((await claimsOf({}, {}, longer)).exp).toBe(START + 300)
  })
})

test('a code cannot be redeemed without a key, and is not used up', async () => {
  const code = await walk.code(client, OPENID)
  await walk.setService({ jwks: [] })
  const refused = 'INTERNAL_SERVER_ERROR A050292 server_error'
  expect(outcome(await walk.redeem(client, code))).toBe(refused)
  await walk.resetService()
  expect(idTokenOf(await walk.redeem(client, code))).toBeDefined()
})

describe('a refresh', () => {
  const first = () =>
    redeemed({ nonce: 'n' }, { sub: 'other', authTime: 7, acr: 'gold', claims: { name: 'Zoë' } })
  const refreshed = async (answer: Awaited<ReturnType<typeof first>>, parameters = {}) =>
    walk.refresh(client, tokensOf(answer).refresh, undefined, parameters)

  test('a refresh gives an ID token of the same authentication, without nonce and further claims', async () => {
    const answer = await first()
    walk.runtime.clock.now = addSeconds(START, 60)
    const again = await refreshed(answer)
    const once = await refreshed(again)
    for (const one of [again, once]) {
      const { payload } = await verifiedIdToken(walk, client, idTokenOf(one))
      expect(payload).toEqual({
        ...{ iss: 'https://as.example.com', sub: 'other', aud: client.id, auth_time: 7, acr: 'gold' },
        ...{ iat: START + 60, exp: START + 60 + 86400, at_hash: halfHash(tokensOf(one).access) },
      })
    }
  })

  test('a refresh gives an ID token also after the management has changed the access token', async () => {
    const answer = await first()
    const { access: accessToken } = tokensOf(answer)
    const updated = await walk.call('/auth/token/update', {
      accessToken,
      accessTokenValueUpdated: true,
    })
    expect(updated.json['action']).toBe('OK')
    expect(decodeJwt(idTokenOf(await refreshed(answer))).sub).toBe('other')
  })

  test.each([
    ['without openid', {}, { scope: 'read' }],
    ['after the issuer has changed', { issuer: 'https://new.example.com' }, {}],
    ['after the last key is gone', { jwks: [] }, {}],
  ])('a refresh gives no ID token %s', async (_when, change, parameters) => {
    const answer = await first()
    await walk.setService(change)
    const again = await refreshed(answer, parameters)
    expect(outcome(again)).toBe('OK A053001')
    expect(again.text).not.toMatch(/id_?token/i)
    await walk.resetService()
    expect(decodeJwt(idTokenOf(await refreshed(again))).sub).toBe('other')
  })

  test('a refresh gives no ID token to a client by another name than the first', async () => {
    await walk.setService({ clientIdAliasEnabled: true })
    const aliased = await walk.addClient(PUBLIC, { clientIdAlias: 'an-alias', clientIdAliasEnabled: true })
    const byAlias = { client_id: 'an-alias' }
    const code = await walk.code(aliased, { ...OPENID, ...byAlias })
    const answer = await walk.redeem(aliased, code, undefined, byAlias)
    expect(decodeJwt(idTokenOf(answer)).aud).toBe('an-alias')
    const asked = { grant_type: 'refresh_token', refresh_token: tokensOf(answer).refresh }
    const byNumber = await walk.call('/auth/token', { parameters: form({ ...asked, client_id: aliased.id }) })
    expect([byNumber.json['action'], byNumber.json['idToken']]).toEqual(['OK', undefined])
    const again = { ...asked, refresh_token: tokensOf(byNumber).refresh, ...byAlias }
    const { json } = await walk.call('/auth/token', { parameters: form(again) })
    expect(decodeJwt(json['idToken'] as string).aud).toBe('an-alias')
  })
})

test('an ID token is not stored, and after the redemption neither are its nonce and its claims', async () => {
  const answer = await redeemed(
    { nonce: 'the nonce' },
    { claims: { name: 'Zoë' }, idtHeaderParams: { a: 'b' } },
  )
  const items = JSON.stringify(await walk.runtime.tables.grantsOf(walk.number, client.number))
  for (const text of [idTokenOf(answer), hash('sha256', idTokenOf(answer), 'base64url'), 'the nonce', 'Zoë'])
    expect(items).not.toContain(text)
})
