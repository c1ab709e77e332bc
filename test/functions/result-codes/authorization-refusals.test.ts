import { AUTHORIZATION } from '../../../shared/refusal/authorization.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { delayFirstAnswer } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newProofKey } from '../../support/proof-keys.ts'
import { pushing } from '../../support/pushing.ts'
import {
  calling,
  type Bench,
  provokeAll,
  type Provoke,
  invalidRequest,
  unauthorizedClient,
  redirected,
  gives,
  serverError,
} from '../../support/result-codes.ts'
import { OPENID_PROVOCATIONS } from './openid-provocations.ts'
import { BASIC, BOUND, OWN, PUBLIC, REDIRECT_URI, TLS } from '../../support/walk.ts'

const TICKET = '/auth/authorization/ticket'
const PROOF = newProofKey().proof({ htu: 'https://as.example.com/par' })
const TWO_URIS = [REDIRECT_URI, 'https://client.example.org/2']
const WRONG_URI = 'invalid_request_uri'
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

const ASKED = `response_type=code&redirect_uri=${encodeURIComponent(REDIRECT_URI)}`
const twice = (parameter: string, value = 'a') =>
  askingFor((client) => `${ASKED}&client_id=${client}&${parameter}=${value}&${parameter}=${value}`)

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

const failed = (error: string, resultCode: string, reason: string) =>
  gives(`LOCATION ${resultCode} ${error}`, failing(reason))

const cutOff = ({ call, client }: Bench) => call('/auth/token/revoke', { clientIdentifier: client.id })
const switchFapi2On = ({ setService }: Bench) => setService({ fapi2: true })
const waitADay = ({ runtime }: Bench) => void (runtime.clock.now = addSeconds(START, 86400))
const issuingAfter = (step: (bench: Bench) => unknown) => async (bench: Bench) => {
  const ticket = await ticketOf(bench)
  await step(bench)
  return bench.issue(ticket)
}

await provokeAll('authorization-refusals.test.ts', AUTHORIZATION, {
  'authorization-parameters-missing': invalidRequest('A004201', calling('/auth/authorization', {})),
  'authorization-parameters-malformed': invalidRequest(
    'A004202',
    calling('/auth/authorization', { parameters: 'a=%zz' }),
  ),
  'authorization-client-missing': invalidRequest('A010301', asking({ client_id: undefined })),
  'authorization-client-empty': invalidRequest('A010302', asking({ client_id: '' })),
  'authorization-client-repeated': invalidRequest('A010303', twice('client_id')),
  'authorization-client-unknown': invalidRequest('A010304', asking({ client_id: '4711' })),
  'authorization-client-breaks-fapi2': unauthorizedClient('A010399', async (bench) => {
    await bench.setService({ fapi2: true })
    return bench.authorize(bench.client)
  }),
  'authorization-client-locked': unauthorizedClient('A010307', async ({ v3, authorize, client }) => {
    await v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked: true })
    return authorize(client)
  }),
  'authorization-alias-disabled': invalidRequest('A010309', async ({ addClient, authorize }) => {
    const aliased = await addClient(PUBLIC, { clientIdAlias: 'an-alias' })
    return authorize(aliased, { client_id: 'an-alias' })
  }),
  'redirect-uri-repeated': invalidRequest('A011302', twice('redirect_uri')),
  'redirect-uri-unregistered': invalidRequest(
    'A011304',
    asking({ redirect_uri: 'https://elsewhere.example.com/' }),
  ),
  'redirect-uri-none-registered': invalidRequest('A011309', async ({ addClient, authorize }) =>
    authorize(await addClient(PUBLIC, { redirectUris: [] })),
  ),
  'redirect-uri-required': invalidRequest('A011313', async ({ addClient, authorize }) =>
    authorize(await addClient(PUBLIC, { redirectUris: TWO_URIS }), { redirect_uri: undefined }),
  ),
  'redirect-uri-not-pushed': invalidRequest('A011399', async (bench) => {
    const client = await bench.addClient({ ...TLS, ...BOUND }, { fapi2: true })
    return pushing(bench).push(client, { redirect_uri: undefined }, { clientCertificate: OWN })
  }),
  'response-type-missing': invalidRequest('A009301', asking({ response_type: undefined })),
  'response-type-empty': invalidRequest('A009302', asking({ response_type: '' })),
  'response-type-repeated': redirected('A009303', twice('response_type')),
  'response-type-unknown': gives(
    'LOCATION A009304 unsupported_response_type',
    asking({ response_type: 'code what' }),
  ),
  'response-type-unsupported': gives(
    'LOCATION A009305 unsupported_response_type',
    asking({ response_type: 'token' }),
  ),
  'response-type-undeclared': gives(
    'LOCATION A009306 unauthorized_client',
    async ({ addClient, authorize }) => authorize(await addClient(PUBLIC, { responseTypes: ['NONE'] })),
  ),
  'authorization-scope-repeated': redirected('A007302', twice('scope')),
  'authorization-scope-none': gives('LOCATION A007305 invalid_scope', asking({ scope: 'unknown' })),
  'authorization-scope-malformed': gives('LOCATION A007391 invalid_scope', asking({ scope: 'a"b' })),
  'state-repeated': redirected('A013302', twice('state')),
  'state-too-long': redirected('A013304', asking({ state: 's'.repeat(2049) })),
  'challenge-missing': redirected('A124301', async (bench) => {
    await bench.setService({ pkceRequired: true })
    return bench.authorize(bench.client)
  }),
  'challenge-empty': redirected('A124302', asking({ code_challenge: '', code_challenge_method: 'S256' })),
  'challenge-repeated': redirected('A124303', twice('code_challenge', PKCE.code_challenge)),
  'challenge-malformed': redirected('A124304', asking({ ...PKCE, code_challenge: 'short' })),
  'challenge-method-repeated': redirected('A124305', twice('code_challenge_method', 'S256')),
  'challenge-method-unsupported': redirected('A124306', asking({ ...PKCE, code_challenge_method: 'S512' })),
  'challenge-method-missing': redirected('A124307', async (bench) => {
    await bench.setService({ pkceS256Required: true })
    return bench.authorize(bench.client, { code_challenge: PKCE.code_challenge })
  }),
  'challenge-method-plain': redirected('A124308', async (bench) => {
    await bench.setService({ pkceS256Required: true })
    return bench.authorize(bench.client, { ...PKCE, code_challenge_method: 'plain' })
  }),
  'response-mode-unsupported': redirected('A004391', asking({ response_mode: 'fragment' })),
  'prompt-unknown': redirected('A004392', asking({ prompt: 'shout' })),
  'prompt-none-with-others': redirected('A004393', asking({ prompt: 'none login' })),
  'max-age-malformed': redirected('A004394', asking({ max_age: '-1' })),
  'display-unknown': redirected('A004395', asking({ display: 'wall' })),
  'authorization-parameter-repeated': redirected('A004396', twice('login_hint')),

  'dpop-jkt-malformed': redirected('A004398', asking({ dpop_jkt: 'short' })),
  'authorization-resource-malformed': gives(
    'LOCATION A004397 invalid_target',
    asking({ resource: 'https://rs.example.com/#part' }),
  ),
  ...OPENID_PROVOCATIONS,
  'request-uri-unknown': gives(`BAD_REQUEST A008303 ${WRONG_URI}`, async (bench) => {
    const { pushed, start } = pushing(bench)
    const requestUri = await pushed(bench.client)
    await bench.issue((await start(bench.client, requestUri)).json['ticket'])
    return start(bench.client, requestUri)
  }),
  'request-uri-expired': gives(`BAD_REQUEST A008391 ${WRONG_URI}`, async (bench) => {
    const requestUri = await pushing(bench).pushed(bench.client)
    bench.runtime.clock.now = addSeconds(START, 300)
    return pushing(bench).start(bench.client, requestUri)
  }),
  'request-uri-of-other-client': gives(`BAD_REQUEST A008392 ${WRONG_URI}`, async (bench) => {
    const requestUri = await pushing(bench).pushed(bench.client)
    return pushing(bench).start(await bench.addClient(BASIC), requestUri)
  }),
  'request-uri-cut-off': gives(`BAD_REQUEST A008393 ${WRONG_URI}`, async (bench) => {
    const requestUri = await pushing(bench).pushed(bench.client)
    bench.runtime.clock.now = addSeconds(START, 1)
    await cutOff(bench)
    return pushing(bench).start(bench.client, requestUri)
  }),
  'request-uri-foreign': gives(
    'LOCATION A008394 request_uri_not_supported',
    asking({ request_uri: 'https://client.example.org/request.jwt' }),
  ),
  'request-uri-repeated': invalidRequest('A008395', twice('request_uri')),
  'request-object': gives(
    'LOCATION A008396 request_not_supported',
    asking({ request: 'eyJhbGciOiJub25lIn0.e30.' }),
  ),
  'push-required': redirected('A008397', async ({ setService, authorize, client }) => {
    await setService({ parRequired: true })
    return authorize(client)
  }),
  'push-parameters-missing': serverError('A245291', calling('/pushed_auth_req', {})),
  'push-with-request-uri': invalidRequest('A245391', async (bench) =>
    pushing(bench).push(bench.client, { request_uri: await pushing(bench).pushed(bench.client) }),
  ),
  'push-key-differs': gives('BAD_REQUEST A245393 invalid_dpop_proof', (bench) =>
    pushing(bench).push(bench.client, { dpop_jkt: 'A'.repeat(43) }, { dpop: PROOF }),
  ),
  'push-too-large': gives('PAYLOAD_TOO_LARGE A245392 invalid_request', (bench) =>
    pushing(bench).push(bench.client, { login_hint: 'a'.repeat(8192) }),
  ),
  'ticket-missing': serverError('A041201', calling('/auth/authorization/issue', { subject: 'alice' })),
  'ticket-unknown': invalidRequest('A041202', ({ issue }) => issue('unknown')),
  'ticket-expired': invalidRequest('A041301', issuingAfter(waitADay)),
  'ticket-cut-off': invalidRequest('A041391', issuingAfter(cutOff)),
  'ticket-breaks-fapi2': invalidRequest('A041393', issuingAfter(switchFapi2On)),
  'ticket-consumed': invalidRequest('A045304', async (bench) => {
    const ticket = await ticketOf(bench)
    bench.proxy.fate = delayFirstAnswer('BatchGetItem', () => bench.issue(ticket))
    return bench.issue(ticket)
  }),
  'subject-missing': serverError('A042201', issuing({ subject: '' })),
  'subject-too-long': serverError('A042202', issuing({ subject: 's'.repeat(101) })),
  'subject-not-ascii': serverError('A042203', issuing({ subject: 'zoë' })),
  'subject-is-client': serverError('A042291', (bench) => issuing({ subject: bench.client.id })(bench)),
  'issue-properties-too-large': serverError(
    'A045201',
    issuing({ properties: [{ key: 'k', value: 'v'.repeat(20_000) }] }),
  ),
  'issue-scope-unknown': invalidRequest('A045391', issuing({ scopes: ['unknown'] })),

  'fail-ticket-missing': serverError('A059201', calling('/auth/authorization/fail', { reason: 'DENIED' })),
  'fail-ticket-unknown': invalidRequest(
    'A059202',
    calling('/auth/authorization/fail', { ticket: 'unknown', reason: 'DENIED' }),
  ),
  'fail-ticket-expired': invalidRequest('A059301', async (bench) => {
    const ticket = await ticketOf(bench)
    bench.runtime.clock.now = addSeconds(START, 86400)
    return bench.call('/auth/authorization/fail', { ticket, reason: 'DENIED' })
  }),
  'fail-reason-missing': serverError('A060201', failing(undefined)),
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

  'info-ticket-missing': gives('CALLER_ERROR A041291', calling(`${TICKET}/info`, {})),
  'info-ticket-unknown': gives('NOT_FOUND A041392', calling(`${TICKET}/info`, { ticket: 'unknown' })),
  'info-missing': gives('CALLER_ERROR A041292', calling(`${TICKET}/update`, { ticket: 'unknown' })),
})
