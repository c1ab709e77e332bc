import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, OWN, TOKEN_FORMS } from '../../support/walk.ts'

const UPDATE = '/auth/token/update'
const UPDATED = 'OK A135001'
const UNKNOWN = 'UNAUTHORIZED A057302 invalid_token'

const runtime = await testRuntime()

describe.each(TOKEN_FORMS)('%s access tokens', async (kind, settings) => {
  const walk = await openWalk(runtime, settings)
  const client = await walk.addClient(BASIC)
  let access: string
  let refresh: string
  let identifier: string
  let tokenId: string
  beforeEach(async () => {
    const members = {
      grantType: 'AUTHORIZATION_CODE',
      clientId: client.number,
      subject: 'alice',
      scopes: ['read'],
    }
    const { json } = await walk.call('/auth/token/create', members)
    identifier = String(json['accessToken'])
    access = (json['jwtAccessToken'] ?? identifier) as string
    refresh = String(json['refreshToken'])
    tokenId = String(json['tokenId'])
  })

  const update = (members: Record<string, unknown>) => walk.call(UPDATE, members)

  test('update changes the expiry of both tokens, in milliseconds, and answers with the state of the grant', async () => {
    const answer = await update({
      accessToken: access,
      accessTokenExpiresAt: (START + 10) * 1000 + 999,
      refreshTokenExpiresAt: (START + 20) * 1000,
    })
    expect(answer.json).toEqual({
      type: 'tokenUpdateResponse',
      resultCode: 'A135001',
      resultMessage: '[A135001] Updated the access token successfully.',
      action: 'OK',
      accessToken: access,
      tokenType: 'Bearer',
      tokenId,
      accessTokenExpiresAt: (START + 10) * 1000,
      refreshTokenExpiresAt: (START + 20) * 1000,
      scopes: ['read'],
    })
    runtime.clock.now = addSeconds(START, 9)
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    runtime.clock.now = addSeconds(START, 10)
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A065301 invalid_token')
    runtime.clock.now = addSeconds(START, 20)
    expect(outcome(await walk.refresh(client, refresh))).toBe('BAD_REQUEST A053308 invalid_grant')
  })

  test.each(['accessTokenHash', 'tokenId', 'accessToken'])(
    'update finds the token id as %s',
    async (member) => {
      const answer = await update({ [member]: tokenId, properties: [{ key: 'k', value: 'v' }] })
      expect(answer.json).toMatchObject({
        action: 'OK',
        properties: [{ key: 'k', value: 'v', hidden: false }],
      })
      expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    },
  )

  test('update finds a token by the bare identifier of a JWT, and by nothing that only looks like a token', async () => {
    if (kind === 'JWT') expect(outcome(await update({ accessToken: identifier }))).toBe(UPDATED)
    const changed = `${access.slice(0, -4)}AAAA`
    const slack = tokenId.slice(0, -1) + String.fromCharCode(tokenId.charCodeAt(29) + 1)
    for (const accessToken of [changed, slack, `${tokenId}A`, refresh]) {
      expect(outcome(await update({ accessToken }))).toBe('NOT_FOUND A134202')
    }
  })

  test('update replaces the scopes by those that exist, and a refresh does not bring the old ones back', async () => {
    const answer = await update({ accessToken: access, scopes: ['write', 'unknown'] })
    expect(answer.json).toMatchObject({ scopes: ['write'] })
    expect(outcome(await walk.introspect(access, undefined, { scopes: ['read'] }))).toMatch(
      /^FORBIDDEN A064302/,
    )
    expect(outcome(await walk.introspect(access, undefined, { scopes: ['write'] }))).toBe('OK A056001')
    const refreshed = await walk.refresh(client, refresh)
    expect(refreshed.json).toMatchObject({ scopes: ['write'] })
    expect((await update({ accessTokenHash: tokenId, scopes: [] })).json).not.toHaveProperty('scopes')
  })

  test('update leaves what the call leaves out', async () => {
    await update({ accessToken: access, properties: [{ key: 'k', value: 'v', hidden: true }] })
    const answer = await update({
      accessToken: access,
      scopes: null,
      properties: null,
      accessTokenExpiresAt: 0,
    })
    expect(answer.json).toMatchObject({
      scopes: ['read'],
      properties: [{ key: 'k', value: 'v', hidden: true }],
      accessTokenExpiresAt: (START + 86400) * 1000,
    })
  })

  test('update binds by a thumbprint, and no later change takes the binding away', async () => {
    const certificateThumbprint = 'A'.repeat(43)
    expect(outcome(await update({ accessToken: access, certificateThumbprint }))).toBe(UPDATED)
    expect(outcome(await update({ accessToken: access, certificateThumbprint: '' }))).toBe(UPDATED)
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A065304 invalid_token')
    expect(outcome(await walk.introspect(access, OWN))).toBe('UNAUTHORIZED A065305 invalid_token')
    expect(await walk.standard(access)).toMatchObject({ cnf: { 'x5t#S256': certificateThumbprint } })
  })

  test('update replaces the value of a token, and the new one has what the grant has now', async () => {
    runtime.clock.now = addSeconds(START, 5)
    const certificateThumbprint = 'B'.repeat(43)
    const answer = await update({
      accessToken: access,
      accessTokenValueUpdated: true,
      scopes: ['write'],
      certificateThumbprint,
      accessTokenExpiresAt: (START + 100) * 1000,
    })
    const { accessToken, jwtAccessToken } = answer.json
    const token = String(jwtAccessToken ?? accessToken)
    expect(token).not.toBe(access)
    expect(answer.json).toMatchObject({ tokenId, accessTokenExpiresAt: (START + 100) * 1000 })
    expect(outcome(await walk.introspect(access))).toBe(UNKNOWN)
    const claims = {
      scope: 'write',
      sub: 'alice',
      exp: START + 100,
      cnf: { 'x5t#S256': certificateThumbprint },
    }
    expect(await walk.standard(token)).toMatchObject({ active: true, ...claims })
    if (kind === 'JWT')
      expect(decodeJwt(token)).toMatchObject({ ...claims, jti: accessToken, iat: START + 5 })
    else expect(answer.json).not.toHaveProperty('jwtAccessToken')
    expect(await walk.standard(refresh)).toMatchObject({ active: true })
  })

  test('after a refresh the old access token is unknown to update, and the id still finds the grant', async () => {
    const { access: next } = tokensOf(await walk.refresh(client, refresh))
    expect(outcome(await update({ accessToken: access }))).toBe('NOT_FOUND A134202')
    expect(outcome(await update({ tokenId, accessTokenExpiresAt: (START + 1) * 1000 }))).toBe(UPDATED)
    runtime.clock.now = addSeconds(START, 1)
    expect(outcome(await walk.introspect(next))).toBe('UNAUTHORIZED A065301 invalid_token')
  })

  test('update finds no token that has expired for good, was cut off or revoked', async () => {
    const expired = { accessTokenExpiresAt: START * 1000, refreshTokenExpiresAt: START * 1000 }
    expect(outcome(await update({ accessToken: access, ...expired }))).toBe(UPDATED)
    expect(outcome(await update({ accessToken: access }))).toBe('NOT_FOUND A134202')
    const other = await walk.addClient(BASIC)
    const tokens = await walk.granted(other)
    await runtime.store.clients.cutOff(walk.number, other.number, () => START)
    expect(outcome(await update({ accessToken: tokens.access }))).toBe('NOT_FOUND A134202')
  })

  test('update finds no token of another service', async () => {
    const other = await openWalk(runtime, settings)
    expect(outcome(await other.call(UPDATE, { accessToken: access }))).toBe('NOT_FOUND A134202')
    expect(outcome(await other.call(UPDATE, { tokenId }))).toBe('NOT_FOUND A134202')
  })

  test.each<[string, Record<string, unknown>]>([
    ['BAD_REQUEST A134201', {}],
    ['BAD_REQUEST A134291', { tokenId: 'x', properties: [{ key: 'k', value: 'x'.repeat(4_096) }] }],
    ['400 A001298', { tokenId: 'x', properties: [{ key: 'sub', value: 'admin' }] }],
    ['400 A001294', { tokenId: 'x', accessTokenExpiresAt: 'soon' }],
    ['400 A001294', { tokenId: 'x', accessTokenExpiresAt: 1e17 }],
    ['400 A001294', { tokenId: 'x', certificateThumbprint: '=' }],
    ['400 A001297', { tokenId: 'x', accessTokenPersistent: true }],
  ])('update answers %s for %j', async (expected, members) => {
    expect(outcome(await update(members))).toBe(expected)
  })

  test('two updates at the same moment both take effect', async () => {
    const certificateThumbprint = 'C'.repeat(43)
    const answers = await Promise.all([
      update({ tokenId, certificateThumbprint }),
      update({ tokenId, scopes: ['write'] }),
      update({ tokenId, accessTokenExpiresAt: (START + 50) * 1000 }),
    ])
    expect(answers.map(outcome)).toEqual([UPDATED, UPDATED, UPDATED])
    expect(await walk.standard(access)).toMatchObject({
      scope: 'write',
      exp: START + 50,
      cnf: { 'x5t#S256': certificateThumbprint },
    })
  })
})
