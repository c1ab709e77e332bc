import { expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { START } from '../../support/fixed-runtime.ts'
import { certificatePem, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, form, OWN, PUBLIC, RENEWED, type TestClient, TLS } from '../../support/walk.ts'
import { THUMBPRINT, twoProcesses } from './two-processes.ts'

const { runtime, rival, walk, inRival, revoke, release } = await twoProcesses()

/** Everything that a token can be presented to, in another process that has answered the same before. */
async function presented(access: string, refresh: string, client: TestClient) {
  const { send, call } = inRival()
  const authorizer = serveAuthorizer(authorizeRequest, {
    ...rival,
    settings: { ...rival.settings, serviceId: walk().number },
  })
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const own = await send({
    route: '/introspection',
    headers: type,
    body: form({ token: access }),
    certificate: OWN,
  })
  const standard = (token: string) => call('/auth/introspection/standard', { parameters: form({ token }) })
  const refreshed = {
    parameters: form({ grant_type: 'refresh_token', refresh_token: refresh, client_id: client.id }),
  }
  const event = authorizerEvent({ authorization: `Bearer ${access}`, certificate: OWN }, '2.0')
  return {
    introspection: outcome(await call('/auth/introspection', { token: access, clientCertificate: OWN })),
    'introspection of the OAuth face': own.status,
    'standard introspection': contentOf(await standard(access))['active'],
    'standard introspection of the refresh token': contentOf(await standard(refresh))['active'],
    userinfo: outcome(await call('/auth/userinfo', { token: access, clientCertificate: OWN })),
    'userinfo/issue': outcome(await call('/auth/userinfo/issue', { token: access, claims: '{}' })),
    authorizer: (await authorizer(event)) as unknown,
    refresh: outcome(await call('/auth/token', { ...refreshed, clientCertificate: OWN })),
  }
}

const REFUSED = {
  introspection: 'UNAUTHORIZED A057397 invalid_token',
  'introspection of the OAuth face': 401,
  'standard introspection': false,
  'standard introspection of the refresh token': false,
  userinfo: 'UNAUTHORIZED A088396 invalid_token',
  'userinfo/issue': 'UNAUTHORIZED A088396 invalid_token',
  authorizer: { isAuthorized: false },
  refresh: 'BAD_REQUEST A053398 invalid_grant',
}

/** The reasons in the log, in the order of the calls. */
const LOGGED = [
  ['/introspection', 'token-certificate-revoked'],
  ['/auth/introspection', 'token-certificate-revoked'],
  ['/auth/introspection/standard', 'token-certificate-revoked'],
  ['/auth/introspection/standard', 'token-certificate-revoked'],
  ['/auth/userinfo', 'userinfo-certificate-revoked'],
  ['/auth/userinfo/issue', 'userinfo-certificate-revoked'],
  ['authorizer', 'token-certificate-revoked'],
  ['/auth/token', 'refresh-certificate-revoked'],
]

test('a token of a revoked certificate is refused everywhere in the next call, in a process with a warm cache', async () => {
  const [first, second] = [await walk().addClient(PUBLIC, BOUND), await walk().addClient(PUBLIC, BOUND)]
  const tokens = await walk().granted(first, OWN, { scope: 'openid' })
  const others = await walk().granted(second, OWN, { scope: 'openid' })
  const warm = await presented(tokens.access, others.refresh, second)
  expect(warm).toMatchObject({ introspection: 'OK A056001', authorizer: { isAuthorized: true } })
  const next = await walk().granted(second, OWN)
  await revoke()
  expect(await presented(tokens.access, tokens.refresh, first)).toEqual(REFUSED)
  const lines = rival.logged().slice(-LOGGED.length)
  expect(lines.map(({ endpoint, reason, inactive }) => [endpoint, reason ?? inactive])).toEqual(LOGGED)
  expect(await presented(next.access, next.refresh, second)).toMatchObject({
    introspection: REFUSED.introspection,
  })
  const explained = await inRival().call('/auth/introspection', {
    ...{ token: tokens.access, clientCertificate: OWN, explain: true },
  })
  expect(explained.json).toMatchObject({ usable: true, refreshable: false })
  expect(explained.json['steps']).toContainEqual(
    expect.objectContaining({ name: 'revocation', outcome: 'FAILED', certificateRevoked: true }),
  )
})

test('tokens of other certificates, of keys and unbound tokens stay as they are', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  const renewed = (await walk().granted(client, RENEWED)).access
  await walk().granted(client, OWN)
  const unbound = (await walk().granted(await walk().addClient(BASIC))).access
  await revoke()
  expect(outcome(await walk().introspect(renewed, RENEWED))).toBe('OK A056001')
  expect(outcome(await walk().introspect(unbound))).toBe('OK A056001')
})

test('a code is refused at once with a revoked certificate, and stays valid for another one', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  await walk().granted(client, OWN)
  const code = await walk().code(client)
  await revoke()
  expect(outcome(await walk().redeem(client, code, OWN))).toBe('BAD_REQUEST A050396 invalid_grant')
  expect(runtime.logged().at(-1)?.reason).toBe('code-certificate-revoked')
  expect(outcome(await walk().redeem(client, code, RENEWED))).toBe('OK A050001')
})

test('a refresh with another certificate is refused if that of the grant is revoked, and the other way round', async () => {
  const client = await walk().addClient(TLS, BOUND)
  const { refresh } = await walk().granted(client, OWN)
  const renewed = await walk().granted(client, RENEWED)
  await revoke()
  expect(outcome(await walk().refresh(client, refresh, RENEWED))).toBe('BAD_REQUEST A053398 invalid_grant')
  expect(outcome(await walk().refresh(client, renewed.refresh, OWN))).toBe(
    'BAD_REQUEST A053398 invalid_grant',
  )
  expect(outcome(await walk().refresh(client, renewed.refresh, RENEWED))).toBe('OK A053001')
})

test('a released certificate works again, with the tokens that it had', async () => {
  const client = await walk().addClient(TLS, BOUND)
  const { access, refresh } = await walk().granted(client, OWN)
  await revoke({ reason: 'certificateHold' })
  expect(outcome(await walk().introspect(access, OWN))).toBe(REFUSED.introspection)
  await release()
  expect(outcome(await walk().introspect(access, OWN))).toBe('OK A056001')
  runtime.clock.now = addSeconds(START, runtime.settings.registryCacheSeconds)
  expect(outcome(await walk().refresh(client, refresh, OWN))).toBe('OK A053001')
})

test('a token that management has lengthened is refused until it ends', async () => {
  const client = await walk().addClient(BASIC)
  const created = await walk().call('/auth/token/create', {
    ...{ grantType: 'CLIENT_CREDENTIALS', clientId: client.number, certificateThumbprint: THUMBPRINT },
  })
  const accessToken = String(created.json['accessToken'])
  await walk().credentials(await walk().addClient(BASIC, BOUND), OWN)
  const end = addSeconds(START, 4000 * 86_400)
  await walk().call('/auth/token/update', { accessToken, accessTokenExpiresAt: end * 1000 })
  await revoke()
  const now = addSeconds(end, -1)
  rival.clock.now = now
  await revoke({ thumbprint: 'A'.repeat(43), clientIdentifiers: [client.id] })
  runtime.clock.now = addSeconds(end, -1)
  expect(outcome(await walk().introspect(accessToken, OWN))).toBe(REFUSED.introspection)
})

test('a certificate of an unknown issuer is noted with its names, and revoked by its thumbprint', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  const certificate = certificatePem('self-signed-ec')
  const { access } = tokensOf(await walk().credentials(client, certificate))
  const notes = rival.store.certificates.notes
  const thumbprint = thumbprintOf('self-signed-ec') as Thumbprint
  const note = await notes.find(walk().number, client.number, thumbprint)
  expect(note).toMatchObject({ thumbprint, client: client.number, firstSeen: START, lastSeen: START })
  expect(note?.issuer).toBeUndefined()
  expect(note?.subject).toContain('CN=')
  await revoke({ thumbprint })
  expect(outcome(await walk().introspect(access, certificate))).toBe(REFUSED.introspection)
})
