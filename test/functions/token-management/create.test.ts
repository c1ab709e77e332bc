import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN, PUBLIC, TLS, TOKEN_FORMS } from '../../support/walk.ts'

const CREATE = '/auth/token/create'

const runtime = await testRuntime()

describe.each(TOKEN_FORMS)('%s access tokens', async (kind, settings) => {
  const walk = await openWalk(runtime, { clientIdAliasEnabled: true, ...settings })
  const client = await walk.addClient(BASIC)

  const create = (members: Record<string, unknown>) =>
    walk.call(CREATE, {
      grantType: 'AUTHORIZATION_CODE',
      clientId: client.number,
      subject: 'alice',
      ...members,
    })
  const presentable = ({ json }: Awaited<ReturnType<typeof create>>) =>
    String(json['jwtAccessToken'] ?? json['accessToken'])

  test('create makes an access and a refresh token, and both are good', async () => {
    const properties = [{ key: 'tier', value: 'gold', hidden: true }]
    const answer = await create({ scopes: ['write', 'read', 'write'], properties })
    expect(answer.json).toEqual({
      type: 'tokenCreateResponse',
      resultCode: 'A109001',
      resultMessage: `[A109001] An access token was created successfully: AUTHORIZATION_CODE, client = ${client.id}`,
      action: 'OK',
      accessToken: expect.stringMatching(kind === 'JWT' ? /^[\w-]{52}$/ : /^[\w-]{72}$/) as string,
      ...(kind === 'JWT'
        ? { jwtAccessToken: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string }
        : {}),
      refreshToken: expect.stringMatching(/^[\w-]{88}$/) as string,
      tokenType: 'Bearer',
      tokenId: expect.stringMatching(/^[\w-]{30}$/) as string,
      expiresIn: 86400,
      expiresAt: (START + 86400) * 1000,
      grantType: 'AUTHORIZATION_CODE',
      clientId: client.number,
      clientIdentifier: client.id,
      subject: 'alice',
      scopes: ['write', 'read'],
      refreshTokenScopes: ['write', 'read'],
      properties,
    })
    const introspected = await walk.introspect(presentable(answer), undefined, {
      scopes: ['read'],
      subject: 'alice',
    })
    expect(outcome(introspected)).toBe('OK A056001')
    expect(introspected.json).toMatchObject({ refreshable: true })
    expect(outcome(await walk.refresh(client, String(answer.json['refreshToken'])))).toBe('OK A053001')
  })

  test('introspection of a token id is unauthorized', async () => {
    const { json } = await create({})
    expect(outcome(await walk.introspect(String(json['tokenId'])))).toBe('UNAUTHORIZED A057302 invalid_token')
  })

  test('create for the client itself gives no subject and no refresh token', async () => {
    const answer = await create({ grantType: 'CLIENT_CREDENTIALS' })
    expect(outcome(answer)).toBe('OK A109001')
    expect(answer.json).not.toHaveProperty('refreshToken')
    expect(answer.json).not.toHaveProperty('subject')
    expect(await walk.standard(presentable(answer))).toMatchObject({ active: true, client_id: client.id })
  })

  test('create names the client by its alias, and uses that where asked to', async () => {
    const named = await walk.addClient(BASIC, { clientIdAlias: 'my-app', clientIdAliasEnabled: true })
    const members = { clientId: 0, clientIdentifier: 'my-app' }
    const plain = await create(members)
    expect(plain.json).toMatchObject({ clientId: named.number, clientIdentifier: named.id })
    const answer = await create({ ...members, clientIdAliasUsed: true })
    expect(answer.json).toMatchObject({ clientId: named.number, clientIdentifier: 'my-app' })
    expect(await walk.standard(presentable(answer))).toMatchObject({ client_id: 'my-app' })
  })

  test('create takes durations of its own, in seconds', async () => {
    const answer = await create({ accessTokenDuration: 5, refreshTokenDuration: 7 })
    expect(answer.json).toMatchObject({ expiresIn: 5, expiresAt: (START + 5) * 1000 })
    runtime.clock.now = (START + 5) as typeof START
    expect(outcome(await walk.introspect(presentable(answer)))).toBe('UNAUTHORIZED A065301 invalid_token')
    runtime.clock.now = (START + 7) as typeof START
    expect(outcome(await walk.introspect(presentable(answer)))).toBe('UNAUTHORIZED A065302 invalid_token')
    if (kind === 'JWT') expect(decodeJwt(presentable(answer)).exp).toBe(START + 5)
  })

  test('create binds by a thumbprint, also where the settings of the client would not', async () => {
    const bound = await walk.addClient(PUBLIC, BOUND)
    const { access } = await walk.granted(bound, OWN)
    const certificateThumbprint = (await walk.introspect(access, OWN)).json['certificateThumbprint']
    expect(certificateThumbprint).toMatch(/^[\w-]{43}$/)

    const answer = await create({ certificateThumbprint })
    const token = presentable(answer)
    expect(outcome(await walk.introspect(token))).toBe('UNAUTHORIZED A065304 invalid_token')
    expect(outcome(await walk.introspect(token, OTHER))).toBe('UNAUTHORIZED A065305 invalid_token')
    expect(outcome(await walk.introspect(token, OWN))).toBe('OK A056001')
    const cnf = { 'x5t#S256': certificateThumbprint }
    expect(await walk.standard(token)).toMatchObject({ cnf })
    if (kind === 'JWT') expect(decodeJwt(token)).toMatchObject({ cnf })
    const refresh = String(answer.json['refreshToken'])
    expect(outcome(await walk.refresh(client, refresh, OTHER))).toBe('BAD_REQUEST A053392 invalid_grant')
    const refreshed = tokensOf(await walk.refresh(client, refresh, OWN))
    expect(outcome(await walk.introspect(refreshed.access))).toBe('UNAUTHORIZED A065304 invalid_token')
  })

  test('create gives a refresh token to a client that does not refresh, and none where the service has none', async () => {
    const other = await walk.addClient(TLS, { grantTypes: ['AUTHORIZATION_CODE'] })
    expect((await create({ clientId: other.number })).json).toHaveProperty('refreshToken')
    await walk.setService({ supportedGrantTypes: ['AUTHORIZATION_CODE'] })
    expect((await create({})).json).not.toHaveProperty('refreshToken')
    await walk.setService({
      supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    })
  })

  test.each<[string, Record<string, unknown>]>([
    ['BAD_REQUEST A104203', { grantType: 'IMPLICIT' }],
    ['BAD_REQUEST A104203', { grantType: 'TOKEN_EXCHANGE' }],
    ['400 A001294', { grantType: 'authorization_code' }],
    ['BAD_REQUEST A107201', { clientId: null }],
    ['BAD_REQUEST A108201', { properties: [{ key: 'k', value: 'x'.repeat(4_096) }] }],
    ['400 A001298', { properties: [{ key: 'sub', value: 'admin' }] }],
    ['400 A001298', { properties: [{ key: 'cnf', value: 'forged' }] }],
    ['400 A001294', { clientId: '12x' }],
    ['400 A001294', { certificateThumbprint: 'short' }],
    ['400 A001294', { certificateThumbprint: `${'A'.repeat(43)}=` }],
    ['400 A001294', { accessTokenDuration: -1 }],
    ['400 A001294', { accessTokenDuration: 1.5 }],
    ['400 A001294', { properties: [{ value: 'v' }] }],
    ['400 A001297', { accessToken: 'chosen' }],
    ['400 A001297', { refreshToken: 'chosen' }],
    ['400 A001297', { accessTokenPersistent: true }],
  ])('create answers %s for %j', async (expected, members) => {
    const answer = await create(members)
    expect(outcome(answer)).toBe(expected)
    expect(answer.json).not.toHaveProperty('responseContent')
  })

  test('create names the member that is not offered, and not its value', async () => {
    const { text } = await create({ accessToken: 'chosen-by-the-caller' })
    expect(text).toContain("The parameter 'accessToken' is not supported.")
    expect(text).not.toContain('chosen')
  })

  test('create counts members that Java writes although they are unset as absent', async () => {
    const unset = {
      accessTokenPersistent: false,
      dpopKeyThumbprint: null,
      accessTokenDuration: 0,
      properties: null,
    }
    expect(outcome(await create({ ...unset, refreshToken: '', clientIdAliasUsed: false }))).toBe('OK A109001')
  })

  test('create refuses a scope that the client may not have, a locked client, and a grant type that the service has not', async () => {
    const extension = { requestableScopesEnabled: true, requestableScopes: ['read'] }
    const narrow = await walk.addClient(BASIC, { extension })
    expect(outcome(await create({ clientId: narrow.number, scopes: ['write'] }))).toBe('BAD_REQUEST A106201')
    const locked = await walk.addClient(BASIC, { locked: true })
    expect(outcome(await create({ clientId: locked.number }))).toBe('BAD_REQUEST A107203')
    await walk.setService({ supportedGrantTypes: ['CLIENT_CREDENTIALS'] })
    expect(outcome(await create({}))).toBe('BAD_REQUEST A104203')
    await walk.setService({
      supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    })
  })

  test('create takes a form, with numbers and lists as text', async () => {
    const answer = await walk.callByForm(CREATE, {
      ...{ grantType: 'AUTHORIZATION_CODE', clientId: client.id, subject: 'alice', scopes: 'read write' },
      ...{ accessTokenDuration: 9, refreshTokenDuration: 0, accessTokenPersistent: false },
    })
    expect(answer.json).toMatchObject({ action: 'OK', expiresIn: 9, scopes: ['read', 'write'] })
  })

  test('create refuses credentials of a smaller role, and answers GET with 405', async () => {
    for (const secret of [walk.secrets.runtime, walk.secrets.introspect]) {
      expect(outcome(await walk.call(CREATE, {}, { secret }))).toBe('403 A001291')
    }
    expect((await walk.send({ route: `/api${CREATE}`, method: 'GET' })).status).toBe(405)
  })

  test('the log of create has the client and the thumbprint, and no token', async () => {
    await create({ certificateThumbprint: 'A'.repeat(43) })
    expect(runtime.logged()).toMatchObject([
      { endpoint: CREATE, client: client.number, thumbprint: 'A'.repeat(43), outcome: 'OK' },
    ])
    expect(runtime.lines.join()).not.toMatch(/[\w-]{50}/)
  })
})
