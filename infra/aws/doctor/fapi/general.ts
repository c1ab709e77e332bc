import { FAPI2, settingsOf } from '../../../../shared/store/profile.ts'
import { ask, statusOf } from '../ask.ts'
import { type Clause, clause, namesIn, notAsked, outcome, askMetadata, summaryOf } from './clause.ts'
import {
  isAuthenticated,
  postAsClient,
  postAsNobody,
  postWithoutCertificate,
  pushOf,
  signs,
  withToken,
} from './requests.ts'

const NAME_CLIENT = 'name a client that has the profile, with --certificate, --key and --client-id'
const NAME_KEY = 'name a client by private_key_jwt with --client-id, and its key with --assertion-key'
const METHODS = FAPI2.client.tokenAuthMethod.allows.enum.map((name) => name.toLowerCase())

/** Section 5.3.2.1: general requirements for authorization servers. */
export const GENERAL: readonly Clause[] = [
  clause('5.3.2.1-1', 'metadata are published (RFC 8414)', async (subject) => {
    const path = '/.well-known/oauth-authorization-server'
    const reply = await ask(subject, subject.plainUrl + path)
    const got = `${statusOf(reply)}, issuer ${String(subject.metadata['issuer'])}`
    return outcome(subject.metadata['issuer'] === subject.service?.issuer, `GET ${path}`, got)
  }),
  clause('5.3.2.1-2', 'the password grant is refused', async (subject) => {
    const form = { grant_type: 'password', username: 'doctor', password: 'doctor' }
    const got = summaryOf(await postAsNobody(subject, '/token', form))
    return outcome(got === '400 unsupported_grant_type', 'POST /token with grant_type=password', got)
  }),
  clause('5.3.2.1-3', 'only confidential clients are served', async (subject) => {
    const { service, clients, metadata } = subject
    const open = clients.find((one) => service && settingsOf(service, one).violations.includes('clientType'))
    if (open === undefined) {
      const isNone = namesIn(metadata, 'token_endpoint_auth_methods_supported').includes('none')
      return outcome(!isNone, 'the metadata', isNone ? 'the method none is offered' : 'no method none')
    }
    const form = { grant_type: 'refresh_token', refresh_token: 'none', client_id: String(open.clientId) }
    const got = summaryOf(await postAsNobody(subject, '/token', form))
    return outcome(got === '401 invalid_client', `POST /token as the public client ${open.clientId}`, got)
  }),
  clause('5.3.2.1-4', 'access tokens work only for the sender that they were issued to', async (subject) => {
    if (subject.client === undefined) return notAsked(NAME_CLIENT)
    const used = await withToken(subject, async (token) => {
      const held = summaryOf(await postAsNobody(subject, '/introspection', { token }))
      return [held, summaryOf(await postWithoutCertificate(subject, '/introspection', { token }))] as const
    })
    if (used === undefined) return notAsked('name a client that gets tokens by client_credentials')
    const [held, bare] = used
    const got = `${held} with the certificate, ${bare} without`
    return outcome(held === '200' && bare !== '200', 'POST /introspection with a new token', got)
  }),
  clause(
    '5.3.2.1-5',
    'tokens are bound by mutual TLS or DPoP',
    askMetadata('tls_client_certificate_bound_access_tokens'),
  ),
  clause('5.3.2.1-6', 'clients authenticate by mutual TLS or private_key_jwt', ({ metadata }) => {
    const methods = namesIn(metadata, 'token_endpoint_auth_methods_supported')
    const holds = methods.length > 0 && methods.every((method) => METHODS.includes(method))
    return outcome(holds, 'the metadata', methods.join(', '))
  }),
  clause('5.3.2.1-7', 'there is no open redirector', async (subject) => {
    if (subject.client === undefined) return notAsked(NAME_CLIENT)
    const form = pushOf(subject, { redirect_uri: 'https://doctor.example/cb' })
    const got = summaryOf(await postAsClient(subject, '/par', form))
    return outcome(got === '400 invalid_request', 'POST /par with a redirect_uri of somebody else', got)
  }),
  clause('5.3.2.1-8', 'an assertion is for the issuer, which is its aud as one string', async (subject) => {
    if (!signs(subject)) return notAsked(NAME_KEY)
    const { issuer } = subject.metadata
    const right = await isAuthenticated(subject)
    const wrong = []
    for (const aud of [[issuer], subject.metadata['token_endpoint'], [issuer, 'https://doctor.example']]) {
      wrong.push(await isAuthenticated(subject, { aud }))
    }
    const holds = right === '200' && wrong.every((status) => status === '401')
    const got = `${right} for the issuer; ${wrong.join(', ')} for a list of it, the token endpoint, a list of two`
    return outcome(holds, 'POST /introspection/standard, authenticated by assertions', got)
  }),
  clause('5.3.2.1-9', 'refresh tokens are not rotated'),
  clause('5.3.2.1-10', 'a nonce may be demanded in DPoP proofs', ({ metadata, service }) => {
    const algorithms = namesIn(metadata, 'dpop_signing_alg_values_supported')
    const got = `proofs by ${algorithms.join(', ') || 'no algorithm'}, dpopNonceRequired is ${service?.dpopNonceRequired}`
    return outcome(algorithms.length > 0, 'the metadata and the registry', got)
  }),
  clause('5.3.2.1-11', 'a code lives for 60 seconds at most'),
  clause('5.3.2.1-12', 'codes can be bound to a DPoP key', async (subject) => {
    if (subject.client === undefined) return notAsked(NAME_CLIENT)
    const push = async (dpop_jkt: string) =>
      summaryOf(await postAsClient(subject, '/par', pushOf(subject, { dpop_jkt })))
    const [right, wrong] = [await push('A'.repeat(43)), await push('no thumbprint')]
    const holds = right === '201' && wrong === '400 invalid_request'
    return outcome(holds, 'POST /par with dpop_jkt', `${right} for a thumbprint, ${wrong} for another text`)
  }),
  clause('5.3.2.1-13', 'JWTs may be up to 10 s ahead, and not more than 60 s', async (subject) => {
    if (!signs(subject)) return notAsked(NAME_KEY)
    const at = (ahead: number) => Math.floor(subject.now().getTime() / 1000) + ahead
    // The clocks of doctor and of the deployment differ a little.
    const near = await isAuthenticated(subject, { iat: at(8) })
    const far = [
      await isAuthenticated(subject, { iat: at(70), exp: at(90) }),
      await isAuthenticated(subject, { nbf: at(70), exp: at(90) }),
    ]
    const holds = near === '200' && far.every((status) => status === '401')
    const got = `${near} for iat 8 s ahead; ${far.join(', ')} for iat and nbf 70 s ahead`
    return outcome(holds, 'POST /introspection/standard, authenticated by assertions', got)
  }),
  clause(
    '5.3.2.1-14',
    'tokens have as few privileges as their use needs',
    'a duty of the front end, which lets the end-user choose scopes, and of whoever registers clients',
  ),
]
