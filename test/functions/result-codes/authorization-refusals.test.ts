import { AUTHORIZATION } from '../../../shared/refusal/authorization.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { delayFirstAnswer } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { type Bench, provokeAll, type Provoke, type Provoked } from '../../support/result-codes.ts'
import { PUBLIC, REDIRECT_URI } from '../../support/walk.ts'

const DAY = 86400
const PKCE = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeJ1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }

/** An authorization request with these parameters in place of good ones. */
const asking =
  (parameters: Record<string, unknown>): Provoke =>
  ({ authorize, client }) =>
    authorize(client, parameters)

/** The same as text, for what an object cannot say. */
const askingFor =
  (text: (client: string) => string): Provoke =>
  ({ call, client }) =>
    call('/auth/authorization', { parameters: text(client.id) })

const twice = (parameter: string, value = 'a') =>
  askingFor(
    (client) =>
      `response_type=code&client_id=${client}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}` +
      `&${parameter}=${value}&${parameter}=${value}`,
  )

const ticketOf = async ({ authorize, client }: Bench) => (await authorize(client)).json['ticket']

/** `/auth/authorization/issue` with a good ticket. */
const issuing =
  (members: Record<string, unknown>): Provoke =>
  async (bench) =>
    bench.issue(await ticketOf(bench), members)

const failing =
  (reason: string | undefined): Provoke =>
  async (bench) =>
    bench.call('/auth/authorization/fail', { ticket: await ticketOf(bench), reason })

const failed = (error: string, resultCode: string, reason: string): Provoked => [
  `LOCATION ${resultCode} ${error}`,
  failing(reason),
]

const cutOff = ({ call, client }: Bench) => call('/auth/token/revoke', { clientIdentifier: client.id })

await provokeAll('authorization-refusals.test.ts', AUTHORIZATION, {
  'authorization-parameters-missing': [
    'BAD_REQUEST A004201 invalid_request',
    ({ call }) => call('/auth/authorization', {}),
  ],
  'authorization-parameters-malformed': ['BAD_REQUEST A004202 invalid_request', askingFor(() => 'a=%zz')],
  'authorization-client-missing': ['BAD_REQUEST A010301 invalid_request', asking({ client_id: undefined })],
  'authorization-client-empty': ['BAD_REQUEST A010302 invalid_request', asking({ client_id: '' })],
  'authorization-client-repeated': ['BAD_REQUEST A010303 invalid_request', twice('client_id')],
  'authorization-client-unknown': ['BAD_REQUEST A010304 invalid_request', asking({ client_id: '4711' })],
  'authorization-client-breaks-fapi2': [
    'BAD_REQUEST A010399 unauthorized_client',
    async ({ setService, authorize, client }) => {
      await setService({ fapi2: true })
      return authorize(client)
    },
  ],
  'authorization-client-locked': [
    'BAD_REQUEST A010307 unauthorized_client',
    async ({ v3, authorize, client }) => {
      await v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })
      return authorize(client)
    },
  ],
  'authorization-alias-disabled': [
    'BAD_REQUEST A010309 invalid_request',
    async ({ addClient, authorize }) => {
      const aliased = await addClient(PUBLIC, { clientIdAlias: 'an-alias' })
      return authorize(aliased, { client_id: 'an-alias' })
    },
  ],
  'redirect-uri-repeated': ['BAD_REQUEST A011302 invalid_request', twice('redirect_uri')],
  'redirect-uri-unregistered': [
    'BAD_REQUEST A011304 invalid_request',
    asking({ redirect_uri: 'https://elsewhere.example.com/' }),
  ],
  'redirect-uri-none-registered': [
    'BAD_REQUEST A011309 invalid_request',
    async ({ addClient, authorize }) => authorize(await addClient(PUBLIC, { redirectUris: [] })),
  ],
  'redirect-uri-required': [
    'BAD_REQUEST A011313 invalid_request',
    async ({ addClient, authorize }) => {
      const redirectUris = [REDIRECT_URI, 'https://client.example.org/2']
      return authorize(await addClient(PUBLIC, { redirectUris }), { redirect_uri: undefined })
    },
  ],
  'response-type-missing': ['BAD_REQUEST A009301 invalid_request', asking({ response_type: undefined })],
  'response-type-empty': ['BAD_REQUEST A009302 invalid_request', asking({ response_type: '' })],
  'response-type-repeated': ['LOCATION A009303 invalid_request', twice('response_type')],
  'response-type-unknown': [
    'LOCATION A009304 unsupported_response_type',
    asking({ response_type: 'code what' }),
  ],
  'response-type-unsupported': [
    'LOCATION A009305 unsupported_response_type',
    asking({ response_type: 'token' }),
  ],
  'response-type-undeclared': [
    'LOCATION A009306 unauthorized_client',
    async ({ addClient, authorize }) => authorize(await addClient(PUBLIC, { responseTypes: ['NONE'] })),
  ],
  'authorization-scope-repeated': ['LOCATION A007302 invalid_request', twice('scope')],
  'authorization-scope-none': ['LOCATION A007305 invalid_scope', asking({ scope: 'unknown' })],
  'authorization-scope-malformed': ['LOCATION A007391 invalid_scope', asking({ scope: 'a"b' })],
  'state-repeated': ['LOCATION A013302 invalid_request', twice('state')],
  'state-too-long': ['LOCATION A013304 invalid_request', asking({ state: 's'.repeat(2049) })],
  'challenge-missing': [
    'LOCATION A124301 invalid_request',
    async (bench) => {
      await bench.setService({ pkceRequired: true })
      return bench.authorize(bench.client)
    },
  ],
  'challenge-empty': [
    'LOCATION A124302 invalid_request',
    asking({ code_challenge: '', code_challenge_method: 'S256' }),
  ],
  'challenge-repeated': ['LOCATION A124303 invalid_request', twice('code_challenge', PKCE.code_challenge)],
  'challenge-malformed': ['LOCATION A124304 invalid_request', asking({ ...PKCE, code_challenge: 'short' })],
  'challenge-method-repeated': ['LOCATION A124305 invalid_request', twice('code_challenge_method', 'S256')],
  'challenge-method-unsupported': [
    'LOCATION A124306 invalid_request',
    asking({ ...PKCE, code_challenge_method: 'S512' }),
  ],
  'challenge-method-missing': [
    'LOCATION A124307 invalid_request',
    async (bench) => {
      await bench.setService({ pkceS256Required: true })
      return bench.authorize(bench.client, { code_challenge: PKCE.code_challenge })
    },
  ],
  'challenge-method-plain': [
    'LOCATION A124308 invalid_request',
    async (bench) => {
      await bench.setService({ pkceS256Required: true })
      return bench.authorize(bench.client, { ...PKCE, code_challenge_method: 'plain' })
    },
  ],
  'response-mode-unsupported': ['LOCATION A004391 invalid_request', asking({ response_mode: 'fragment' })],
  'prompt-unknown': ['LOCATION A004392 invalid_request', asking({ prompt: 'shout' })],
  'prompt-none-with-others': ['LOCATION A004393 invalid_request', asking({ prompt: 'none login' })],
  'max-age-malformed': ['LOCATION A004394 invalid_request', asking({ max_age: '-1' })],
  'display-unknown': ['LOCATION A004395 invalid_request', asking({ display: 'wall' })],
  'authorization-parameter-repeated': ['LOCATION A004396 invalid_request', twice('login_hint')],

  'authorization-resource-malformed': [
    'LOCATION A004397 invalid_target',
    asking({ resource: 'https://rs.example.com/#part' }),
  ],
  'ticket-missing': [
    'INTERNAL_SERVER_ERROR A041201 server_error',
    ({ call }) => call('/auth/authorization/issue', { subject: 'alice' }),
  ],
  'ticket-unknown': ['BAD_REQUEST A041202 invalid_request', ({ issue }) => issue('unknown')],
  'ticket-expired': [
    'BAD_REQUEST A041301 invalid_request',
    async (bench) => {
      const ticket = await ticketOf(bench)
      bench.runtime.clock.now = later(START, DAY)
      return bench.issue(ticket)
    },
  ],
  'ticket-cut-off': [
    'BAD_REQUEST A041391 invalid_request',
    async (bench) => {
      const ticket = await ticketOf(bench)
      await cutOff(bench)
      return bench.issue(ticket)
    },
  ],
  'ticket-consumed': [
    'BAD_REQUEST A045304 invalid_request',
    async (bench) => {
      const ticket = await ticketOf(bench)
      bench.proxy.fate = delayFirstAnswer('BatchGetItem', () => bench.issue(ticket))
      return bench.issue(ticket)
    },
  ],
  'subject-missing': ['INTERNAL_SERVER_ERROR A042201 server_error', issuing({ subject: '' })],
  'subject-too-long': ['INTERNAL_SERVER_ERROR A042202 server_error', issuing({ subject: 's'.repeat(101) })],
  'subject-not-ascii': ['INTERNAL_SERVER_ERROR A042203 server_error', issuing({ subject: 'zoë' })],
  'subject-is-client': [
    'INTERNAL_SERVER_ERROR A042291 server_error',
    (bench) => issuing({ subject: bench.client.id })(bench),
  ],
  'issue-properties-too-large': [
    'INTERNAL_SERVER_ERROR A045201 server_error',
    issuing({ properties: [{ key: 'k', value: 'v'.repeat(20_000) }] }),
  ],
  'issue-scope-unknown': ['BAD_REQUEST A045391 invalid_request', issuing({ scopes: ['unknown'] })],

  'fail-ticket-missing': [
    'INTERNAL_SERVER_ERROR A059201 server_error',
    ({ call }) => call('/auth/authorization/fail', { reason: 'DENIED' }),
  ],
  'fail-ticket-unknown': [
    'BAD_REQUEST A059202 invalid_request',
    ({ call }) => call('/auth/authorization/fail', { ticket: 'unknown', reason: 'DENIED' }),
  ],
  'fail-ticket-expired': [
    'BAD_REQUEST A059301 invalid_request',
    async (bench) => {
      const ticket = await ticketOf(bench)
      bench.runtime.clock.now = later(START, DAY)
      return bench.call('/auth/authorization/fail', { ticket, reason: 'DENIED' })
    },
  ],
  'fail-reason-missing': ['INTERNAL_SERVER_ERROR A060201 server_error', failing(undefined)],
  'not-logged-in': failed('login_required', 'A060301', 'NOT_LOGGED_IN'),
  'max-age-not-supported': failed('login_required', 'A060302', 'MAX_AGE_NOT_SUPPORTED'),
  'max-age-exceeded': failed('login_required', 'A060303', 'EXCEEDS_MAX_AGE'),
  'other-subject': failed('login_required', 'A060304', 'DIFFERENT_SUBJECT'),
  'acr-not-satisfied': failed('login_required', 'A060305', 'ACR_NOT_SATISFIED'),
  denied: failed('access_denied', 'A060306', 'DENIED'),
  'unknown-failure': failed('server_error', 'A060307', 'UNKNOWN'),
  'server-failure': failed('server_error', 'A060308', 'SERVER_ERROR'),
  'not-authenticated': failed('login_required', 'A060309', 'NOT_AUTHENTICATED'),
  'account-selection-required': failed('account_selection_required', 'A060310', 'ACCOUNT_SELECTION_REQUIRED'),
  'consent-required': failed('consent_required', 'A060311', 'CONSENT_REQUIRED'),
  'interaction-required': failed('interaction_required', 'A060312', 'INTERACTION_REQUIRED'),
  'target-invalid': failed('invalid_target', 'A060313', 'INVALID_TARGET'),
  'fail-scope-invalid': failed('invalid_scope', 'A060391', 'INVALID_SCOPE'),
  'fail-client-unauthorized': failed('unauthorized_client', 'A060392', 'UNAUTHORIZED_CLIENT'),
  'fail-temporarily': failed('temporarily_unavailable', 'A060393', 'TEMPORARILY_UNAVAILABLE'),

  'info-ticket-missing': ['CALLER_ERROR A041291', ({ call }) => call('/auth/authorization/ticket/info', {})],
  'info-ticket-unknown': [
    'NOT_FOUND A041392',
    ({ call }) => call('/auth/authorization/ticket/info', { ticket: 'unknown' }),
  ],
  'info-missing': [
    'CALLER_ERROR A041292',
    ({ call }) => call('/auth/authorization/ticket/update', { ticket: 'unknown' }),
  ],
})
