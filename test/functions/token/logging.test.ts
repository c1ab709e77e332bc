import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { spelling, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, basic, BOUND, OTHER, OWN, POST, PUBLIC, TLS } from '../../support/walk.ts'

const THUMBPRINT = thumbprintOf('client-ec-p256')
const REQUEST_ID = 'JKJaXmPLvHcESHA='

const walk = await testWalk()
const { runtime } = walk
const { tables } = runtime
/** The one line that was logged since the last look. */
function line() {
  const [only, ...more] = runtime.logged()
  if (only === undefined || more.length > 0) throw new Error(`${String(runtime.lines.length)} lines`)
  runtime.lines.length = 0
  return only
}

test('the line of a token request has client, method, outcome and duration', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  await walk.credentials(client, OWN)
  expect(line()).toEqual({
    level: 'info',
    time: expect.any(Number) as unknown,
    requestId: REQUEST_ID,
    endpoint: '/auth/token',
    service: walk.number,
    credential: expect.stringMatching(/^[\w-]{16}$/) as unknown,
    client: client.number,
    grantType: 'client_credentials',
    thumbprint: THUMBPRINT,
    outcome: 'OK',
    milliseconds: 0,
  })
})

test('the line of a refusal has its reason and only the members that were known then', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  await walk.credentials(client)
  expect(line()).toMatchObject({
    client: client.number,
    outcome: 'BAD_REQUEST',
    reason: 'binding-certificate-missing',
  })
  await walk.call('/auth/token', {}, { secret: 'wrong' })
  const unknown = line()
  expect(unknown).toMatchObject({ outcome: 401, reason: 'bearer-invalid' })
  expect(unknown).not.toHaveProperty('service')
})

test('the line of introspection has the thumbprint of a bound token, with the right certificate and the wrong', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const { access } = await walk.granted(client, OWN)
  runtime.lines.length = 0
  await walk.introspect(access, OTHER)
  const seen = { endpoint: '/auth/introspection', client: client.number, thumbprint: THUMBPRINT }
  expect(line()).toMatchObject({ ...seen, outcome: 'UNAUTHORIZED', reason: 'certificate-differs' })
  await walk.post('/introspection', { token: access }, OWN)
  expect(line()).toMatchObject({ ...seen, endpoint: '/introspection', outcome: 'OK' })
})

test('the line of a replay has the reason why the grant ended', async () => {
  const client = await walk.addClient(PUBLIC, BOUND)
  const code = await walk.code(client)
  await walk.redeem(client, code, OWN)
  runtime.lines.length = 0
  await walk.redeem(client, code, OWN)
  expect(line()).toMatchObject({ reason: 'code-unknown', ended: 'code-replay' })
  const { refresh } = await walk.granted(client, OWN)
  await walk.refresh(client, refresh, OWN)
  runtime.clock.now = addSeconds(START, 11)
  runtime.lines.length = 0
  await walk.refresh(client, refresh, OWN)
  expect(line()).toMatchObject({ reason: 'refresh-token-unknown', ended: 'refresh-token-reuse' })
})

test('there is a line for an authorization error that was redirected, and for a document', async () => {
  const client = await walk.addClient(PUBLIC)
  await walk.authorize(client, { response_type: 'token' })
  const redirected = { outcome: 'LOCATION', reason: 'response-type-unsupported', client: client.number }
  expect(line()).toMatchObject(redirected)
  await walk.send({ route: '/jwks', method: 'GET' })
  expect(line()).toMatchObject({ endpoint: '/jwks', service: walk.number, outcome: 'OK' })
})

test('a failure of our own is logged once with its cause, and answered without it', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256', jwks: [] })
  const client = await walk.addClient(BASIC)
  const { text, json } = await walk.credentials(client)
  expect(json).toMatchObject({ action: 'INTERNAL_SERVER_ERROR', resultCode: 'A050202' })
  const logged = line()
  expect(logged).toMatchObject({ level: 'error', reason: 'jwt-not-signed', cause: { name: 'Error' } })
  expect(text).not.toContain((logged.cause as Error).message)
})

test('a damaged item is a 500 with the request id of its line', async () => {
  const client = await walk.addClient(BASIC)
  const access = (await walk.credentials(client)).json['accessToken'] as string
  await tables.tamper(walk.number, client.number, { accessIssuedAt: undefined })
  runtime.lines.length = 0
  const { status, headers, json } = await walk.introspect(access)
  expect([status, headers['x-request-id']]).toEqual([500, REQUEST_ID])
  const resultMessage = '[A001101] /auth/introspection, Internal server error.'
  expect(json).toEqual({ resultCode: 'A001101', resultMessage })
  const logged = { level: 'error', reason: 'internal', outcome: 500, requestId: REQUEST_ID }
  expect(line()).toMatchObject({ ...logged, cause: { message: 'accessIssuedAt' } })
  const onFace = await walk.post('/introspection', { token: access }, OWN)
  expect([onFace.status, onFace.text]).toEqual([500, '{"error":"server_error"}'])
})

test('after a whole walk neither the tables nor the log have any secret of it', async () => {
  const secrets: string[] = [...Object.values(walk.secrets)]
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
  const challenge = {
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  }
  for (const [kind, signed, idempotent] of [
    [PUBLIC, undefined, false],
    [BASIC, 'ES256', true],
    [POST, undefined, true],
    [TLS, 'ES256', false],
  ] as const) {
    await walk.setService({ accessTokenSignAlg: signed, refreshTokenIdempotent: idempotent })
    const client = await walk.addClient(kind, BOUND)
    const { json } = await walk.authorize(client, { ...challenge, state: 'state', scope: 'read' })
    const issued = await walk.issue(json['ticket'])
    const code = issued.json['authorizationCode'] as string
    await walk.redeem(client, code, OWN)
    await walk.redeem(client, code, OWN, { code_verifier: 'wrong'.repeat(10) })
    const first = tokensOf(await walk.redeem(client, code, OWN, { code_verifier: verifier }))
    const second = tokensOf(await walk.refresh(client, first.refresh, OWN))
    await walk.refresh(client, first.refresh, OWN)
    await walk.refresh(client, second.refresh, spelling('truncated-der'))
    for (const token of [first.access, second.access, second.refresh, code]) {
      await walk.introspect(token, OTHER)
      await walk.introspect(token, OWN, { scopes: ['admin'], subject: 'somebody' })
      await walk.standard(token)
      await walk.post('/introspection', { token }, OWN)
      await walk.post('/introspection/standard', { token, client_id: client.id }, OWN, basic(client))
    }
    await walk.post(
      '/token',
      { grant_type: 'refresh_token', refresh_token: second.refresh },
      OWN,
      basic(client),
    )
    const ticket = json['ticket'] as string
    secrets.push(ticket, code, client.secret, verifier, ...Object.values(first), ...Object.values(second))
  }
  const log = runtime.lines.join('')
  const stored = JSON.stringify(await tables.everything())
  expect(secrets.every((secret) => secret.length > 40)).toBe(true)
  expect(secrets.filter((secret) => log.includes(secret) || stored.includes(secret))).toEqual([])
  expect(log).not.toMatch(/CERTIFICATE|MII[A-Za-z0-9+/]{100}/)
  expect(stored).not.toMatch(/BEGIN|MII[A-Za-z0-9+/]{100}/)
})
