import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { delayFirstAnswer } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { OPENID_PROVIDER } from '../../support/openid.ts'
import { pushing } from '../../support/pushing.ts'
import {
  type Bench,
  calling,
  gives,
  invalidRequest,
  provokeAll,
  type Provoke,
  redirected,
  serverError,
} from '../../support/result-codes.ts'

const ticketOf = async ({ authorize, client }: Bench) => (await authorize(client)).json['ticket']

/** `/auth/authorization/issue` with a good ticket. */
const issuing =
  (members: Record<string, unknown>): Provoke =>
  async (bench) =>
    bench.issue(await ticketOf(bench), members)

/** A request of OpenID Connect with these parameters in place of good ones. */
const openid =
  (parameters: Record<string, unknown>): Provoke =>
  async (bench) => {
    const { supportedScopes } = OPENID_PROVIDER
    await bench.setService({ supportedScopes })
    return bench.authorize(bench.client, { scope: 'openid', ...parameters })
  }

/** `/auth/authorization/issue` with the ticket of such a request. */
const issuingOpenid =
  (members: Record<string, unknown>): Provoke =>
  async (bench) =>
    bench.issue((await openid({})(bench)).json['ticket'], members)

const failing =
  (reason: string | undefined): Provoke =>
  async (bench) =>
    bench.call('/auth/authorization/fail', { ticket: await ticketOf(bench), reason })

const failed = (error: string, resultCode: string, reason: string) =>
  gives(`LOCATION ${resultCode} ${error}`, failing(reason))

await provokeAll({
  'openid-redirect-uri-missing': redirected('A011398', openid({ redirect_uri: undefined })),
  'acr-values-too-long': redirected('A014392', openid({ acr_values: 'a'.repeat(2049) })),
  'push-parameters-missing': serverError('A245291', calling('/pushed_auth_req', {})),
  'push-too-large': gives('PAYLOAD_TOO_LARGE A245392 invalid_request', (bench) =>
    pushing(bench).push(bench.client, { login_hint: 'a'.repeat(8192) }),
  ),
  'ticket-missing': serverError('A041201', calling('/auth/authorization/issue', { subject: 'alice' })),
  'ticket-expired': invalidRequest('A041301', async (bench) => {
    const ticket = await ticketOf(bench)
    bench.runtime.clock.now = addSeconds(START, 86400)
    return bench.issue(ticket)
  }),
  'ticket-consumed': invalidRequest('A045304', async (bench) => {
    const ticket = await ticketOf(bench)
    bench.proxy.fate = delayFirstAnswer('BatchGetItem', () => bench.issue(ticket))
    return bench.issue(ticket)
  }),
  'subject-missing': serverError('A042201', issuing({ subject: '' })),
  'subject-too-long': serverError('A042202', issuing({ subject: 's'.repeat(101) })),
  'subject-not-ascii': serverError('A042203', issuing({ subject: 'zoë' })),
  'issue-claims-too-large': serverError('A045291', issuingOpenid({ claims: { a: 'a'.repeat(2048) } })),
  'issue-headers-too-large': serverError(
    'A045292',
    issuingOpenid({ idtHeaderParams: { a: 'a'.repeat(512) } }),
  ),
  'issue-sub-malformed': serverError('A045293', issuingOpenid({ sub: 's'.repeat(256) })),

  'fail-ticket-missing': serverError('A059201', calling('/auth/authorization/fail', { reason: 'DENIED' })),
  'fail-reason-missing': serverError('A060201', failing(undefined)),
  'not-logged-in': failed('login_required', 'A060301', 'NOT_LOGGED_IN'),
  'max-age-not-supported': failed('login_required', 'A060302', 'MAX_AGE_NOT_SUPPORTED'),
  'max-age-exceeded': failed('login_required', 'A060303', 'EXCEEDS_MAX_AGE'),
  'other-subject': failed('login_required', 'A060304', 'DIFFERENT_SUBJECT'),
  'acr-not-satisfied': failed('login_required', 'A060305', 'ACR_NOT_SATISFIED'),
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
})
