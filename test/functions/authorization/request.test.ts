import { beforeEach, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, PUBLIC, REDIRECT_URI, type TestClient } from '../../support/walk.ts'

const STATE = 'a b&c=é'

const walk = await testWalk({ clientIdAliasEnabled: true })
const { tables } = walk.runtime
let client: TestClient
beforeEach(async () => {
  client = await walk.addClient(PUBLIC)
})
const asked = (parameters: string | undefined) => walk.call('/auth/authorization', { parameters })
const GOOD = () =>
  `response_type=code&client_id=${client.id}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}`

test('a good request gets a ticket and what a consent page has to show', async () => {
  const { status, json } = await walk.authorize(client, { scope: 'write read', state: STATE })
  expect(status).toBe(200)
  expect(json).toEqual({
    type: 'authorizationResponse',
    resultCode: 'A004001',
    resultMessage:
      `[A004001] Authlete has successfully issued a ticket to the service (API Key = ${walk.serviceId}) for the ` +
      `authorization request from the client (ID = ${client.id}). [response_type=code, openid=false]`,
    action: 'INTERACTION',
    ticket: expect.stringMatching(/^[A-Za-z0-9_-]{72}$/) as unknown,
    client: {
      clientId: client.number,
      clientIdAliasEnabled: false,
      clientName: 'Test client',
      clientType: 'PUBLIC',
    },
    service: { apiKey: walk.number, serviceName: 'Test service', clientIdAliasEnabled: true },
    scopes: [
      { name: 'read', description: 'Read', defaultEntry: false },
      { name: 'write', defaultEntry: false },
    ],
    display: 'PAGE',
    maxAge: 0,
    acrEssential: false,
    clientIdAliasUsed: false,
  })
})

test('a request without scopes has none in its answer', async () => {
  expect((await walk.authorize(client)).json).not.toHaveProperty('scopes')
})

test('the answer to a request by alias has clientIdAliasUsed, and the tokens name the client as the token request does', async () => {
  const settings = { clientIdAlias: 'my-client', clientIdAliasEnabled: true }
  const named = await walk.addClient(PUBLIC, settings)
  const { json } = await walk.authorize(named, { client_id: 'my-client' })
  expect(json).toMatchObject({ clientIdAliasUsed: true, client: { clientId: named.number, ...settings } })
  const code = (await walk.issue(json['ticket'])).json['authorizationCode'] as string
  const answer = await walk.redeem(named, code, undefined, { client_id: 'my-client' })
  expect(answer.json).toMatchObject({ clientIdAlias: 'my-client', clientIdAliasUsed: true })
})

test('a request may leave out the redirect URI where one is registered', async () => {
  expect(outcome(await walk.authorize(client, { redirect_uri: undefined }))).toBe('INTERACTION A004001')
})

test('scopes that are unknown or not for the client are dropped', async () => {
  const extension = { requestableScopesEnabled: true, requestableScopes: ['read'] }
  const limited = await walk.addClient(PUBLIC, { extension })
  const { json } = await walk.authorize(limited, { scope: 'read write nonsense' })
  expect(json['scopes']).toEqual([{ name: 'read', description: 'Read', defaultEntry: false }])
})

const EVIL = 'https://evil.example/cb'

test.each([
  ['no parameters', () => undefined, 'A004201 invalid_request'],
  ['empty parameters', () => '', 'A004201 invalid_request'],
  ['null', () => null as never, 'A004201 invalid_request'],
  ['a broken escape', () => `${GOOD()}&state=%`, 'A004202 invalid_request'],
  ['no client_id', () => 'response_type=code', 'A010301 invalid_request'],
  ['an empty client_id', () => 'response_type=code&client_id=', 'A010302 invalid_request'],
  ['two client_id', () => `${GOOD()}&client_id=${client.id}`, 'A010303 invalid_request'],
  [
    'an unknown client',
    () => `response_type=code&client_id=1&redirect_uri=${EVIL}`,
    'A010304 invalid_request',
  ],
  [
    'another redirect URI',
    () => `response_type=code&client_id=${client.id}&redirect_uri=${EVIL}`,
    'A011304 invalid_request',
  ],
  ['a longer redirect URI', () => `${GOOD()}%2F`, 'A011304 invalid_request'],
  ['a redirect URI with a query', () => `${GOOD()}%3Fa%3Db`, 'A011304 invalid_request'],
  ['two redirect URIs', () => `${GOOD()}&redirect_uri=${EVIL}`, 'A011302 invalid_request'],
  ['no response_type', () => GOOD().replace('response_type=code&', ''), 'A009301 invalid_request'],
  ['an empty response_type', () => GOOD().replace('=code', '='), 'A009302 invalid_request'],
  [
    'two state for another redirect URI',
    () => `response_type=code&client_id=${client.id}&redirect_uri=${EVIL}&state=a&state=b`,
    'A011304 invalid_request',
  ],
])('a request with %s is not redirected', async (_name, parameters, expected) => {
  const answer = await asked(parameters())
  expect([answer.status, outcome(answer)]).toEqual([200, `BAD_REQUEST ${expected}`])
  expect(answer.text).not.toMatch(/Location|evil|https:\/\/client/)
  expect(await tables.grantsOf(walk.number, client.number)).toEqual([])
})

test.each([
  ['is locked', { locked: true }, {}, 'A010307 unauthorized_client'],
  [
    'is named by an alias that is off',
    { clientIdAlias: 'off', clientIdAliasEnabled: false },
    { client_id: 'off' },
    'A010309 invalid_request',
  ],
  ['has no redirect URI', { redirectUris: [] }, {}, 'A011309 invalid_request'],
  [
    'has two redirect URIs and names none',
    { redirectUris: ['https://a/', 'https://b/'] },
    { redirect_uri: undefined },
    'A011313 invalid_request',
  ],
])('a request of a client that %s is not redirected', async (_name, settings, parameters, expected) => {
  const other = await walk.addClient(PUBLIC, settings)
  expect(outcome(await walk.authorize(other, { state: STATE, ...parameters }))).toBe(
    `BAD_REQUEST ${expected}`,
  )
})

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

test.each([
  ['response_type=token', { response_type: 'token' }, 'A009305', 'unsupported_response_type'],
  ['response_type=code token', { response_type: 'code token' }, 'A009305', 'unsupported_response_type'],
  ['response_type=CODE', { response_type: 'CODE' }, 'A009304', 'unsupported_response_type'],
  ['scopes outside the grammar', { scope: 'read  write' }, 'A007391', 'invalid_scope'],
  ['scopes that nobody knows', { scope: 'nonsense' }, 'A007305', 'invalid_scope'],
  ['a method without a challenge', { code_challenge_method: 'S256' }, 'A124301', 'invalid_request'],
  ['a challenge that is too short', { code_challenge: CHALLENGE.slice(1) }, 'A124304', 'invalid_request'],
  ['a challenge of other characters', { code_challenge: `${CHALLENGE}=` }, 'A124304', 'invalid_request'],
  [
    'an unknown method',
    { code_challenge: CHALLENGE, code_challenge_method: 's256' },
    'A124306',
    'invalid_request',
  ],
])('the redirected error for %s has state and iss', async (_name, parameters, resultCode, error) => {
  const answer = await walk.authorize(client, { state: STATE, ...parameters })
  const { type, action, responseContent } = answer.json
  expect([answer.status, type, action]).toEqual([200, 'authorizationResponse', 'LOCATION'])
  expect(responseContent).toMatch(new RegExp(`^${REDIRECT_URI}\\?state=`))
  const query = new URL(responseContent as string).searchParams
  expect(Object.fromEntries(query)).toEqual({
    error,
    error_description: expect.stringMatching(
      new RegExp(`^\\[${resultCode}\\] [\\x20-\\x21\\x23-\\x5b\\x5d-\\x7e]+$`),
    ) as unknown,
    ...(resultCode === 'A007391' ? {} : { error_uri: `https://docs.authlete.com/#${resultCode}` }),
    state: STATE,
    iss: 'https://as.example.com',
  })
  expect(await tables.grantsOf(walk.number, client.number)).toEqual([])
})

test.each([
  ['response_type=code', 'A009303'],
  ['response_type=', 'A009303'],
  ['scope=read&scope=read', 'A007302'],
  ['code_challenge=a&code_challenge=', 'A124303'],
  ['code_challenge_method=a&code_challenge_method=a', 'A124305'],
  ['response_mode=form_post&response_mode=form_post', 'A004396'],
  ['prompt=login&prompt=login', 'A004396'],
  ['max_age=1&max_age=1', 'A004396'],
  ['display=page&display=page', 'A004396'],
  ['ui_locales=en&ui_locales=en', 'A004396'],
  ['login_hint=a&login_hint=a', 'A004396'],
])('the redirected error for the repeated parameter %s has state and iss', async (more, resultCode) => {
  const answer = await asked(`${GOOD()}&state=s&${more}`)
  expect(outcome(answer)).toBe(`LOCATION ${resultCode} invalid_request`)
  const query = new URL(answer.json['responseContent'] as string).searchParams
  expect([query.get('state'), query.get('iss')]).toEqual(['s', 'https://as.example.com'])
  expect(await tables.grantsOf(walk.number, client.number)).toEqual([])
})

test.each(['state=a&state=b', 'state=a&state=', 'state=&state=b'])(
  'an error for two states is redirected without a state: %s',
  async (more) => {
    const answer = await asked(`${GOOD()}&${more}`)
    expect(outcome(answer)).toBe('LOCATION A013302 invalid_request')
    expect(new URL(answer.json['responseContent'] as string).searchParams.has('state')).toBe(false)
  },
)

test('a state of 2049 characters is refused with that state', async () => {
  const state = 's'.repeat(2049)
  const answer = await walk.authorize(client, { state })
  expect(outcome(answer)).toBe('LOCATION A013304 invalid_request')
  expect(new URL(answer.json['responseContent'] as string).searchParams.get('state')).toBe(state)
})

test('an empty challenge counts as none, and is refused by its name only where one is required', async () => {
  expect(outcome(await walk.authorize(client, { code_challenge: '' }))).toBe('INTERACTION A004001')
  await walk.setService({ pkceRequired: true })
  const empty = await walk.authorize(client, { code_challenge: '' })
  expect(outcome(empty)).toBe('LOCATION A124302 invalid_request')
  expect(outcome(await walk.authorize(client))).toBe('LOCATION A124301 invalid_request')
})

test.each([
  [
    'a service without the code flow',
    { supportedResponseTypes: [] },
    {},
    'LOCATION A009305 unsupported_response_type',
  ],
  ['a client without the code flow', {}, { responseTypes: [] }, 'LOCATION A009306 unauthorized_client'],
  ['a service that requires a scope', { scopeRequired: true }, {}, 'LOCATION A007305 invalid_scope'],
])('an authorization request is refused by %s', async (_name, service, settings, expected) => {
  await walk.setService(service)
  const asking = await walk.addClient(BASIC, settings)
  expect(outcome(await walk.authorize(asking))).toBe(expected)
})

test('a state of 2048 characters comes back whole', async () => {
  const state = 's'.repeat(2048)
  const { json } = await walk.authorize(client, { state, response_type: 'token' })
  expect(new URL(json['responseContent'] as string).searchParams.get('state')).toBe(state)
})
