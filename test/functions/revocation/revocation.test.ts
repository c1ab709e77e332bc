import { describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import {
  basic,
  BASIC,
  BOUND,
  form,
  openWalk,
  OWN,
  POST,
  PUBLIC,
  TLS,
  type Walk,
  TOKEN_FORMS,
} from '../../support/walk.ts'

const INACTIVE = { active: false }
const UNKNOWN = 'UNAUTHORIZED A057302 invalid_token'
const REVOKED = 'OK A113001'

const runtime = await testRuntime()

describe.each(TOKEN_FORMS)('%s access tokens', async (_, settings) => {
  const walk = await openWalk(runtime, settings)

  test.each(['access', 'refresh'] as const)('the %s token ends both, on the Web API', async (kind) => {
    const client = await walk.addClient(BASIC)
    const tokens = await walk.granted(client)
    const answer = await walk.call('/auth/revocation', {
      parameters: form({ token: tokens[kind] }),
      clientId: client.id,
      clientSecret: client.secret,
    })
    expect(answer.json).toEqual({
      type: 'revocationResponse',
      resultCode: 'A113001',
      resultMessage: '[A113001] The token has been revoked successfully.',
      action: 'OK',
    })
    await expectEnded(tokens)
  })

  test.each(['access', 'refresh'] as const)('the %s token ends both, on the OAuth face', async (kind) => {
    const client = await walk.addClient(BASIC)
    const tokens = await walk.granted(client)
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) }
    const body = form({ token: tokens[kind] })
    const answer = await walk.send({ route: '/revocation', headers, body })
    expect([answer.status, answer.text]).toEqual([200, '{}'])
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' })
    await expectEnded(tokens)
  })

  test('after a refresh, the refresh token that was replaced ends the tokens that are current', async () => {
    const client = await walk.addClient(BASIC)
    const first = await walk.granted(client)
    const second = tokensOf(await walk.refresh(client, first.refresh))
    expect(outcome(await revoke(client, first.refresh))).toBe(REVOKED)
    await expectEnded(second)
  })

  test('revoking an access token that was replaced is 200 and ends nothing', async () => {
    const client = await walk.addClient(BASIC)
    const first = await walk.granted(client)
    const second = tokensOf(await walk.refresh(client, first.refresh))
    expect(outcome(await revoke(client, first.access))).toBe(REVOKED)
    expect(outcome(await walk.introspect(second.access))).toBe('OK A056001')
  })

  test("revoking another client's token is refused, and the token stays active", async () => {
    const [client, other] = [await walk.addClient(BASIC), await walk.addClient(POST)]
    const tokens = await walk.granted(client)
    for (const token of [tokens.access, tokens.refresh]) {
      expect(outcome(await revoke(other, token))).toBe('BAD_REQUEST A116301 invalid_request')
    }
    expect(outcome(await walk.introspect(tokens.access))).toBe('OK A056001')
    expect(outcome(await walk.refresh(client, tokens.refresh))).toBe('OK A053001')
  })

  test('a public client revokes a bound token without its certificate', async () => {
    const client = await walk.addClient(PUBLIC, BOUND)
    const tokens = await walk.granted(client, OWN)
    const answer = await walk.post('/revocation', { token: tokens.access, client_id: client.id })
    expect(answer.status).toBe(200)
    await expectEnded(tokens)
  })

  test('a client of mutual TLS needs its certificate to revoke', async () => {
    const client = await walk.addClient(TLS)
    const { access } = await walk.granted(client, OWN)
    expect(outcome(await revoke(client, access))).toBe('INVALID_CLIENT A157327 invalid_client')
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    expect(outcome(await revoke(client, access, OWN))).toBe(REVOKED)
    expect(outcome(await walk.introspect(access))).toBe(UNKNOWN)
  })

  test('revoking the same token twice is 200 twice', async () => {
    const client = await walk.addClient(BASIC)
    const { access } = await walk.granted(client)
    expect([outcome(await revoke(client, access)), outcome(await revoke(client, access))]).toEqual([
      REVOKED,
      REVOKED,
    ])
  })

  test('the `jti` of a token and a token with another secret are unknown, and nothing ends', async () => {
    const client = await walk.addClient(BASIC)
    const issued = await walk.redeem(client, await walk.code(client))
    const { access, refresh } = tokensOf(issued)
    const identifier = String(issued.json['accessToken'])
    const changed = (token: string) => `${token.slice(0, -4)}AAAA`
    const family = refresh.slice(0, 30) + 'AAAA' + refresh.slice(34)
    for (const token of [changed(identifier), changed(access), family]) {
      expect(outcome(await revoke(client, token))).toBe(REVOKED)
    }
    if (identifier !== access) expect(outcome(await revoke(client, identifier))).toBe(REVOKED)
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  })

  test('revoking a token of another service ends nothing', async () => {
    const client = await walk.addClient(BASIC)
    const other = await openWalk(runtime, settings)
    const namesake = await other.addClient(BASIC, { clientId: client.number })
    const { access } = await other.granted(namesake)
    expect(outcome(await revoke(client, access))).toBe(REVOKED)
    expect(outcome(await other.introspect(access))).toBe('OK A056001')
  })

  test('a wrong secret ends nothing', async () => {
    const client = await walk.addClient(BASIC)
    const { access } = await walk.granted(client)
    const members = { parameters: form({ token: access }), clientId: client.id, clientSecret: 'wrong' }
    expect(outcome(await walk.call('/auth/revocation', members))).toBe(
      'INVALID_CLIENT A157305 invalid_client',
    )
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
  })

  test('the log of a revocation names the client and no token', async () => {
    const client = await walk.addClient(BASIC)
    const tokens = await walk.granted(client)
    runtime.lines.length = 0
    await revoke(client, tokens.refresh)
    expect(runtime.logged()).toMatchObject([
      { endpoint: '/auth/revocation', client: client.number, service: walk.number, outcome: 'OK' },
    ])
    expect(runtime.lines.join()).not.toMatch(/[\w-]{50}/)
  })

  test('credentials that may only introspect may not revoke', async () => {
    const answer = await walk.call('/auth/revocation', {}, { secret: walk.secrets.introspect })
    expect(outcome(answer)).toBe('403 A001291')
  })

  /** Sends the client's credentials in the place that its method requires. */
  function revoke(client: Awaited<ReturnType<Walk['addClient']>>, token: string, clientCertificate?: string) {
    const { tokenAuthMethod } = client.settings
    const inCall = tokenAuthMethod === 'CLIENT_SECRET_BASIC'
    const secret = tokenAuthMethod === 'CLIENT_SECRET_POST' ? client.secret : undefined
    return walk.call('/auth/revocation', {
      parameters: form(inCall ? { token } : { token, client_id: client.id, client_secret: secret }),
      ...(inCall ? { clientId: client.id, clientSecret: client.secret } : {}),
      clientCertificate,
    })
  }

  async function expectEnded({ access, refresh }: ReturnType<typeof tokensOf>): Promise<void> {
    expect(outcome(await walk.introspect(access))).toBe(UNKNOWN)
    expect(await walk.standard(access)).toEqual(INACTIVE)
    expect(await walk.standard(refresh)).toEqual(INACTIVE)
  }
})
