import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../../support/answers.ts'
import { START } from '../../../support/fixed-runtime.ts'
import { pushing } from '../../../support/pushing.ts'
import { testWalk } from '../../../support/test-runtime.ts'
import { BASIC, basic, form, openWalk, OWN, REDIRECT_URI, type TestClient } from '../../../support/walk.ts'

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'
const OTHER_URI = 'https://client.example.org/other'

const USED = 'BAD_REQUEST A008303 invalid_request_uri'
const STARTED = 'INTERACTION A004001'

const walk = await testWalk({ clientIdAliasEnabled: true })
const { runtime } = walk
const { pushed } = pushing(walk)
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(BASIC, { redirectUris: [REDIRECT_URI, OTHER_URI] })
})

const start = (requestUri: string, parameters = {}, from = client) =>
  pushing(walk).start(from, requestUri, parameters)
const ticketOf = async (requestUri: string) => (await start(requestUri)).json['ticket']
const issueOf = async (ticket: unknown) => outcome(await walk.issue(ticket))
const fail = (ticket: unknown) => walk.call('/auth/authorization/fail', { ticket, reason: 'DENIED' })
const queryOf = (location: unknown) => Object.fromEntries(new URL(location as string).searchParams)

test('the request is the one that was pushed on either face; parameters beside the request URI are ignored', async () => {
  const asked = {
    ...{ response_type: 'code', redirect_uri: REDIRECT_URI, scope: 'read', state: 'pushed' },
    ...{ code_challenge: CHALLENGE, code_challenge_method: 'S256', login_hint: 'alice' },
  }
  const overHttp = await walk.post('/par', asked, undefined, basic(client))
  for (const requestUri of [await pushed(client, asked), overHttp.json['request_uri'] as string]) {
    const beside = { scope: 'admin', state: 'beside', redirect_uri: OTHER_URI, response_type: 'token' }
    const { json } = await start(requestUri, {
      ...beside,
      login_hint: 'mallory',
      code_challenge: 'x',
      prompt: 'none',
    })
    expect(json).toMatchObject({ action: 'INTERACTION', scopes: [{ name: 'read' }], loginHint: 'alice' })
    const issued = await walk.issue(json['ticket'])
    const location = issued.json['responseContent'] as string
    expect(location.startsWith(`${REDIRECT_URI}?`)).toBe(true)
    const { code = '', state } = queryOf(location)
    expect(state).toBe('pushed')
    expect(outcome(await walk.redeem(client, code, OWN))).toBe('BAD_REQUEST A050312 invalid_grant')
    const redeemed = await walk.redeem(client, code, OWN, { code_verifier: VERIFIER })
    expect(outcome(redeemed)).toBe('OK A050001')
    const tokens = tokensOf(redeemed)
    expect((await walk.introspect(tokens.access, OWN)).json).toMatchObject({ scopes: ['read'] })
  }
})

test('the context of a pushed request comes with its authorization request, and can be replaced at its ticket', async () => {
  const requestUri = await pushed(client)
  const parameters = form({ client_id: client.id, request_uri: requestUri })
  const { json } = await walk.call('/auth/authorization', { parameters, context: 'session 42' })
  const ticket = json['ticket']
  const info = () => walk.call('/auth/authorization/ticket/info', { ticket })
  expect((await info()).json['info']).toEqual({ context: 'session 42' })
  await walk.call('/auth/authorization/ticket/update', { ticket, info: 'session 43' })
  expect((await info()).json['info']).toEqual({ context: 'session 43' })
  expect(outcome(await start(requestUri))).toBe(STARTED)
  expect((await info()).json['action']).toBe('NOT_FOUND')
})

describe('a request URI is valid until the authorization server has decided', () => {
  test('a request URI can be loaded again before the login has ended, and only the ticket of the last load works', async () => {
    const requestUri = await pushed(client)
    const tickets = [await ticketOf(requestUri), await ticketOf(requestUri), await ticketOf(requestUri)]
    const [first, second, last] = tickets
    expect(await issueOf(first)).toBe('BAD_REQUEST A041202 invalid_request')
    expect(outcome(await fail(second))).toBe('BAD_REQUEST A059202 invalid_request')
    expect(await issueOf(last)).toBe('LOCATION A040001')
    expect(await runtime.tables.grantsOf(walk.number, client.number)).toHaveLength(1)
  })

  test('a request URI is used after a code was issued, and stays so when the code is redeemed', async () => {
    const requestUri = await pushed(client)
    const issued = await walk.issue(await ticketOf(requestUri))
    expect(outcome(await start(requestUri))).toBe(USED)
    await walk.redeem(client, issued.json['authorizationCode'] as string, OWN)
    expect(outcome(await start(requestUri))).toBe(USED)
    const [item = {}] = await runtime.tables.grantsOf(walk.number, client.number)
    expect(Object.keys(item).filter((name) => name.startsWith('pushed'))).toEqual([])
  })

  test('a request URI is used after its authorization request has failed', async () => {
    const requestUri = await pushed(client)
    expect(outcome(await fail(await ticketOf(requestUri)))).toBe('LOCATION A060306 access_denied')
    expect(outcome(await start(requestUri))).toBe(USED)
  })

  test('if a request URI is loaded several times at the same moment, one ticket works', async () => {
    const requestUri = await pushed(client)
    const answers = await Promise.all([1, 2, 3].map(() => start(requestUri)))
    expect(answers.map(outcome)).toEqual([STARTED, STARTED, STARTED])
    const issued = await Promise.all(answers.map(({ json }) => issueOf(json['ticket'])))
    expect(issued.filter((one) => one === 'LOCATION A040001')).toHaveLength(1)
  })

  test('a load of a request URI while its code is issued gives no second code', async () => {
    const requestUri = await pushed(client)
    const ticket = await ticketOf(requestUri)
    const [issued, loaded] = await Promise.all([walk.issue(ticket), start(requestUri)])
    const again = loaded.json['ticket'] === undefined ? 'none' : await issueOf(loaded.json['ticket'])
    const codes = [outcome(issued), again].filter((one) => one === 'LOCATION A040001')
    expect(codes).toHaveLength(1)
  })

  test('a request URI ends in its second; its ticket has an end of its own, which the time to live follows', async () => {
    const requestUri = await pushed(client)
    runtime.clock.now = addSeconds(START, 299)
    const ticket = await ticketOf(requestUri)
    const [item] = await runtime.tables.grantsOf(walk.number, client.number)
    expect(item).toMatchObject({ stage: 'TICKET', ttl: START + 299 + 86400 + 3600 })
    runtime.clock.now = addSeconds(START, 300)
    expect(outcome(await start(requestUri))).toBe('BAD_REQUEST A008391 invalid_request_uri')
    runtime.clock.now = addSeconds(START, 299 + 86399)
    expect(await issueOf(ticket)).toBe('LOCATION A040001')
  })
})

test.each(['', 'null', '{"kind":"SIGNED","request":"e30.e30."}', '{"kind":"PARAMETERS","resources":[""]}'])(
  'a stored request that is %j is a 500, and begins nothing',
  async (pushedRequest) => {
    const requestUri = await pushed(client)
    await runtime.tables.tamper(walk.number, client.number, { pushedRequest })
    expect((await start(requestUri)).status).toBe(500)
    const [item] = await runtime.tables.grantsOf(walk.number, client.number)
    expect(item).toMatchObject({ stage: 'PUSHED', pushedRequest })
  },
)

describe('a request URI is refused', () => {
  test('a request URI is refused with the client ID of another client, and then still works for its own', async () => {
    const other = await walk.addClient(BASIC)
    const requestUri = await pushed(client)
    expect(outcome(await start(requestUri, {}, other))).toBe('BAD_REQUEST A008392 invalid_request_uri')
    const ticket = await ticketOf(requestUri)
    expect(outcome(await start(requestUri, {}, other))).toBe('BAD_REQUEST A008392 invalid_request_uri')
    expect(await issueOf(ticket)).toBe('LOCATION A040001')
  })

  test('a request URI without a client ID is refused', async () => {
    const requestUri = await pushed(client)
    const parameters = form({ request_uri: requestUri })
    expect(outcome(await walk.call('/auth/authorization', { parameters }))).toBe(
      'BAD_REQUEST A010301 invalid_request',
    )
  })

  test('a request URI that is given twice is refused, even if both are the same', async () => {
    const requestUri = await pushed(client)
    const parameters = form({ client_id: client.id, request_uri: [requestUri, requestUri] })
    expect(outcome(await walk.call('/auth/authorization', { parameters }))).toBe(
      'BAD_REQUEST A008395 invalid_request',
    )
  })

  test('a request URI with a request object beside it is refused', async () => {
    expect(outcome(await start(await pushed(client), { request: 'e30.e30.' }))).toBe(
      'BAD_REQUEST A008396 request_not_supported',
    )
  })

  test('a request URI is refused if its reference is malformed, unknown or a token of another kind', async () => {
    const requestUri = await pushed(client)
    const prefix = requestUri.slice(0, -72)
    const ticket = (await walk.authorize(client)).json['ticket'] as string
    const code = await walk.code(client)
    const { access } = tokensOf(await walk.credentials(client, OWN))
    const flipped = requestUri.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))
    const cut = requestUri.slice(0, -1)
    const wrong = [
      prefix,
      flipped,
      cut,
      `${requestUri}A`,
      ...[ticket, code, access].map((one) => prefix + one),
    ]
    for (const one of wrong) expect(outcome(await start(one)), one.length.toString()).toBe(USED)
    expect(outcome(await start(requestUri))).toBe(STARTED)
  })

  test('a request URI that was pushed to another service is refused', async () => {
    const elsewhere = await openWalk(runtime)
    const same = { clientId: client.number }
    const requestUri = await pushing(elsewhere).pushed(await elsewhere.addClient(BASIC, same))
    expect(outcome(await start(requestUri))).toBe(USED)
  })

  test('a request URI from elsewhere is refused by name, at the redirect URI only if that is registered', async () => {
    const foreign = { request_uri: 'https://client.example.org/r.jwt' }
    expect(outcome(await walk.authorize(client, foreign))).toBe('LOCATION A008394 request_uri_not_supported')
    const evil = { ...foreign, redirect_uri: 'https://evil.example/cb' }
    const unsupported = 'BAD_REQUEST A008394 request_uri_not_supported'
    expect(outcome(await walk.authorize(client, evil))).toBe(unsupported)
    expect(outcome(await walk.authorize(client, { ...foreign, redirect_uri: undefined }))).toBe(unsupported)
  })

  test('the reference in a request URI is refused as a code, as a ticket and as an access token', async () => {
    const reference = (await pushed(client)).slice(-72)
    expect(outcome(await walk.redeem(client, reference, OWN))).toBe('BAD_REQUEST A050305 invalid_grant')
    expect(await issueOf(reference)).toBe('BAD_REQUEST A041202 invalid_request')
    expect((await walk.introspect(reference, OWN)).json['existent']).toBe(false)
  })
})
