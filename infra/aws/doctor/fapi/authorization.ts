import {
  ALGORITHMS,
  type Outcome,
  type Clause,
  namesIn,
  notAsked,
  outcome,
  type Profiled,
  summaryOf,
} from './clause.ts'
import { ask, jsonOf, statusOf } from '../ask.ts'
import { postAsClient, postWithoutCertificate, pushOf } from './requests.ts'

const FRONT_END = 'a duty of the front end, which has the authorization endpoint'
const NEEDS_LOGIN = 'it needs the login of an end-user: test/clients/fapi2-code-flow.test.ts shows it'

const usesCode = ({ client }: Profiled): boolean =>
  client !== undefined && client.redirectUris.length > 0 && client.grantTypes.includes('AUTHORIZATION_CODE')

/** Pushes a request that is wrong in one way. */
async function refusedPush(
  subject: Profiled,
  asked: string,
  changes: Readonly<Record<string, string>>,
): Promise<Outcome> {
  if (!usesCode(subject)) return notAsked('name a client that uses the code flow with --client-id')
  const got = summaryOf(await postAsClient(subject, '/par', pushOf(subject, changes)))
  return outcome(got.startsWith('400 '), `POST /par ${asked}`, got)
}

/** Section 5.3.2.2: flows that use the authorization endpoint. */
export const AUTHORIZATION: readonly Clause[] = [
  {
    id: '5.3.2.2-1',
    demand: 'response_type is code',
    ask: (subject) => refusedPush(subject, 'with response_type=token', { response_type: 'token' }),
  },
  {
    id: '5.3.2.2-2',
    demand: 'clients that authenticate can push authorization requests',
    ask: async (subject) => {
      if (!usesCode(subject)) return notAsked('name a client that uses the code flow with --client-id')
      const got = summaryOf(await postAsClient(subject, '/par', pushOf(subject)))
      return outcome(got === '201', 'POST /par', got)
    },
  },
  {
    id: '5.3.2.2-3',
    demand: 'authorization requests that were not pushed are refused',
    ask: async (subject) => {
      const { metadata, visitor } = subject
      const required = metadata['require_pushed_authorization_requests']
      const published = `require_pushed_authorization_requests ${String(required)}`
      const endpoint = metadata['authorization_endpoint']
      if (typeof endpoint !== 'string' || !usesCode(subject)) {
        return outcome(required === true, 'the metadata', published)
      }
      const query = new URLSearchParams({ ...pushOf(subject), client_id: visitor?.clientId ?? '' }).toString()
      const reply = await ask(subject, `${endpoint}${endpoint.includes('?') ? '&' : '?'}${query}`)
      const error = errorOf(reply)
      const got = `${published}; ${statusOf(reply)}${error === undefined ? '' : ` with error=${error}`}`
      const isRefused = error !== undefined || /^40[013]$/.test(statusOf(reply))
      return outcome(
        required === true && isRefused,
        'the metadata, and GET authorization_endpoint with a plain request',
        got,
      )
    },
  },
  {
    id: '5.3.2.2-4',
    demand: 'pushed requests without client authentication are refused',
    ask: async (subject) => {
      const form = { ...pushOf(subject), client_id: subject.visitor?.clientId ?? 'doctor' }
      const got = summaryOf(await postWithoutCertificate(subject, '/par', form))
      const holds = got === '401 invalid_client' || got.startsWith('404')
      return outcome(holds, 'POST /par with only a client_id, without a certificate', got)
    },
  },
  {
    id: '5.3.2.2-5',
    demand: 'PKCE by S256 is required',
    ask: async (subject) => {
      const bare = { code_challenge: '', code_challenge_method: '' }
      const without = await refusedPush(subject, 'without a code challenge', bare)
      const changes = { code_challenge_method: 'plain' }
      const plain = await refusedPush(subject, 'without a code challenge, and with method plain', changes)
      if (plain.status === 'skipped') return plain
      const holds = without.status === 'ok' && plain.status === 'ok'
      return outcome(holds, plain.asked, `${without.got}, ${plain.got}`)
    },
  },
  {
    id: '5.3.2.2-6',
    demand: 'a pushed request has a redirect_uri',
    ask: (subject) => refusedPush(subject, 'without redirect_uri', { redirect_uri: '' }),
  },
  {
    id: '5.3.2.2-7',
    demand: 'authorization responses have iss (RFC 9207)',
    ask: ({ metadata }) => {
      const named = 'authorization_response_iss_parameter_supported'
      return outcome(metadata[named] === true, 'the metadata', `${named} ${String(metadata[named])}`)
    },
  },
  {
    id: '5.3.2.2-8',
    demand:
      'authorization responses are not sent in clear text: no redirect URI with http, except to loopback',
    ask: (subject) =>
      subject.client === undefined
        ? notAsked('name a client with --client-id')
        : refusedPush(subject, 'with a redirect_uri of http', { redirect_uri: 'http://doctor.example/cb' }),
  },
  { id: '5.3.2.2-9', demand: 'a code is used once', ask: () => notAsked(NEEDS_LOGIN) },
  { id: '5.3.2.2-10', demand: 'no redirect has the status 307', ask: FRONT_END },
  { id: '5.3.2.2-11', demand: 'redirects have the status 303', ask: FRONT_END },
  {
    id: '5.3.2.2-12',
    demand: 'a request_uri lives for less than 600 seconds',
    ask: async (subject) => {
      if (!usesCode(subject)) return notAsked('name a client that uses the code flow with --client-id')
      const seconds = jsonOf(await postAsClient(subject, '/par', pushOf(subject)))?.['expires_in']
      const holds = typeof seconds === 'number' && seconds < 600
      return outcome(holds, 'POST /par', typeof seconds === 'number' ? `expires_in ${seconds}` : 'none')
    },
  },
  { id: '5.3.2.2-13', demand: 'the end-user can decide knowingly', ask: FRONT_END },
  {
    id: '5.3.2.2-14',
    demand: 'nonces of up to 64 characters work',
    ask: async (subject) => {
      if (!isOpenidProvider(subject)) return notAsked(NO_OPENID)
      if (!usesCode(subject)) return notAsked('name a client that uses the code flow with --client-id')
      const changes = { scope: 'openid', nonce: 'n'.repeat(64) }
      const got = summaryOf(await postAsClient(subject, '/par', pushOf(subject, changes)))
      return outcome(got === '201', 'POST /par with the scope openid and a nonce of 64 characters', got)
    },
  },
  {
    id: '5.3.2.3',
    demand: 'the end-user is named by OpenID Connect',
    ask: async (subject) => {
      if (!isOpenidProvider(subject)) return notAsked(NO_OPENID)
      const path = '/.well-known/openid-configuration'
      const document = jsonOf(await ask(subject, subject.plainUrl + path)) ?? {}
      const algorithms = namesIn(document, 'id_token_signing_alg_values_supported')
      const isSame = document['issuer'] === subject.metadata['issuer']
      const holds = isSame && algorithms.every((alg) => ALGORITHMS.includes(alg))
      const got = `${isSame ? 'the issuer' : 'not the issuer'}; ID tokens: ${algorithms.join(', ')}`
      return outcome(holds && algorithms.length > 0, `GET ${path}`, got)
    },
  },
]

const NO_OPENID = 'the service does not offer the scope openid, or has no key: it names no end-user'

const isOpenidProvider = ({ metadata }: Profiled): boolean =>
  namesIn(metadata, 'id_token_signing_alg_values_supported').length > 0

/** The error of an authorization response, where the front end redirects to. */
function errorOf(reply: Awaited<ReturnType<typeof ask>>): string | undefined {
  if ('broken' in reply) return undefined
  const error = URL.parse(reply.headers.location ?? '')?.searchParams.get('error') ?? undefined
  return error !== undefined && /^[a-z_]{1,40}$/.test(error) ? error : undefined
}
