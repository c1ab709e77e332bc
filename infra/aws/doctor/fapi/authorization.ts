import {
  ALGORITHMS,
  type Clause,
  clause,
  metadataNames,
  skippedOutcome,
  type Outcome,
  outcome,
  type ProfileSubject,
  askMetadata,
} from './clause.ts'
import { ask, isErrorCode, jsonOf, type Reply, statusOf, summaryOf } from '../ask.ts'
import { postAsClient, postWithoutCertificate, pushOf } from './requests.ts'

const FRONT_END = 'the front end is responsible, because it serves the authorization endpoint'
const NEEDS_LOGIN = 'it requires the login of an end-user; see test/clients/fapi2-code-flow.test.ts'

const usesCode = ({ client }: ProfileSubject): boolean =>
  client !== undefined && client.redirectUris.length > 0 && client.grantTypes.includes('AUTHORIZATION_CODE')

type Changes = Readonly<Record<string, string>>

/** Pushes a request. With changes, it is wrong in one way. */
function askPush(asked: string, holds: (answer: Reply) => boolean, changes: Changes = {}, got = summaryOf) {
  return async (subject: ProfileSubject): Promise<Outcome> => {
    if (!usesCode(subject)) return skippedOutcome('use --client-id with a client of the code flow')
    const answer = await postAsClient(subject, '/par', pushOf(subject, changes))
    return outcome(holds(answer), `POST /par${asked}`, got(answer))
  }
}

const expiresIn = (answer: Reply) => Number(jsonOf(answer)?.['expires_in'] ?? NaN)
const isDone = (answer: Reply) => summaryOf(answer) === '201'
const askWrongPush = (asked: string, changes: Changes) =>
  askPush(` ${asked}`, (answer) => summaryOf(answer).startsWith('400 '), changes)

/** Section 5.3.2.2: flows that use the authorization endpoint. */
export const AUTHORIZATION_CLAUSES: readonly Clause[] = [
  clause(
    '5.3.2.2-1',
    'response_type is code',
    askWrongPush('with response_type=token', { response_type: 'token' }),
  ),
  clause('5.3.2.2-2', 'clients that authenticate can push authorization requests', askPush('', isDone)),
  clause('5.3.2.2-3', 'authorization requests that were not pushed are refused', async (subject) => {
    const { metadata, visitor } = subject
    const required = metadata['require_pushed_authorization_requests']
    const member = `require_pushed_authorization_requests ${String(required)}`
    const endpoint = metadata['authorization_endpoint']
    if (typeof endpoint !== 'string' || !usesCode(subject)) {
      return outcome(required === true, 'the metadata', member)
    }
    const query = new URLSearchParams({ ...pushOf(subject), client_id: visitor?.clientId ?? '' }).toString()
    const reply = await ask(subject, `${endpoint}${endpoint.includes('?') ? '&' : '?'}${query}`)
    const error = errorOf(reply)
    const got = `${member}; ${statusOf(reply)}${error === undefined ? '' : ` with error=${error}`}`
    const isRefused = error !== undefined || /^40[013]$/.test(statusOf(reply))
    return outcome(
      required === true && isRefused,
      'the metadata, and GET authorization_endpoint with a request that was not pushed',
      got,
    )
  }),
  clause('5.3.2.2-4', 'pushed requests without client authentication are refused', async (subject) => {
    const form = { ...pushOf(subject), client_id: subject.visitor?.clientId ?? 'doctor' }
    const got = summaryOf(await postWithoutCertificate(subject, '/par', form))
    const holds = got === '401 invalid_client' || got.startsWith('404')
    return outcome(holds, 'POST /par with only a client_id, without a certificate', got)
  }),
  clause('5.3.2.2-5', 'PKCE with S256 is required', async (subject) => {
    const bare = { code_challenge: '', code_challenge_method: '' }
    const without = await askWrongPush('without a code challenge', bare)(subject)
    const changes = { code_challenge_method: 'plain' }
    const plain = await askWrongPush('without a code challenge, and with method plain', changes)(subject)
    if (plain.status === 'skipped') return plain
    const holds = without.status === 'ok' && plain.status === 'ok'
    return outcome(holds, plain.asked, `${without.got}, ${plain.got}`)
  }),
  clause(
    '5.3.2.2-6',
    'a pushed request must have a redirect_uri',
    askWrongPush('without redirect_uri', { redirect_uri: '' }),
  ),
  clause(
    '5.3.2.2-7',
    'authorization responses have iss (RFC 9207)',
    askMetadata('authorization_response_iss_parameter_supported'),
  ),
  clause(
    '5.3.2.2-8',
    'authorization responses are not sent unencrypted: redirect URIs must not use http, except for loopback',
    askWrongPush('with an http redirect_uri', { redirect_uri: 'http://doctor.example/cb' }),
  ),
  clause('5.3.2.2-9', 'a code can be used only once', () => skippedOutcome(NEEDS_LOGIN)),
  clause('5.3.2.2-10', 'redirects do not use the status 307', FRONT_END),
  clause('5.3.2.2-11', 'redirects use the status 303', FRONT_END),
  clause(
    '5.3.2.2-12',
    'a request_uri is valid for less than 600 seconds',
    askPush(
      '',
      (answer) => expiresIn(answer) < 600,
      {},
      (answer) => `expires_in ${expiresIn(answer)}`,
    ),
  ),
  clause('5.3.2.2-13', 'the end-user can make an informed decision', FRONT_END),
  clause('5.3.2.2-14', 'nonces of up to 64 characters are accepted', (subject) => {
    if (!isOpenidProvider(subject)) return skippedOutcome(NO_OPENID)
    const changes = { scope: 'openid', nonce: 'n'.repeat(64) }
    return askPush(' with the scope openid and a nonce of 64 characters', isDone, changes)(subject)
  }),
  clause('5.3.2.3', 'the end-user is identified with OpenID Connect', async (subject) => {
    if (!isOpenidProvider(subject)) return skippedOutcome(NO_OPENID)
    const path = '/.well-known/openid-configuration'
    const document = jsonOf(await ask(subject, subject.plainUrl + path)) ?? {}
    const algorithms = metadataNames(document, 'id_token_signing_alg_values_supported')
    const isSame = document['issuer'] === subject.metadata['issuer']
    const holds = isSame && algorithms.every((alg) => ALGORITHMS.includes(alg))
    const got = `${isSame ? 'the issuer' : 'not the issuer'}; ID tokens: ${algorithms.join(', ')}`
    return outcome(holds && algorithms.length > 0, `GET ${path}`, got)
  }),
]

const NO_OPENID =
  'the service does not offer the scope openid or has no key, so it does not identify end-users'

const isOpenidProvider = ({ metadata }: ProfileSubject): boolean =>
  metadataNames(metadata, 'id_token_signing_alg_values_supported').length > 0

/** The error of an authorization response, from the URL of the front end's redirect. */
function errorOf(reply: Awaited<ReturnType<typeof ask>>): string | undefined {
  if ('broken' in reply) return undefined
  const error = URL.parse(reply.headers.location ?? '')?.searchParams.get('error') ?? undefined
  return isErrorCode(error) ? error : undefined
}
