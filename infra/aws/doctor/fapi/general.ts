import { FAPI2, settingsOf } from '../../../../shared/store/profile.ts'
import { ask, statusOf, summaryOf } from '../ask.ts'
import { type Clause, clause, metadataNames, skippedOutcome, outcome, askMetadata } from './clause.ts'
import {
  isAuthenticated,
  postAsClient,
  postAsNobody,
  postWithoutCertificate,
  pushOf,
  signs,
  withToken,
} from './requests.ts'

const NAME_CLIENT = 'use --certificate, --key and --client-id with a client that has the profile'
const NAME_KEY = 'use --client-id with a client of private_key_jwt, and --assertion-key with its key'
const METHODS = FAPI2.client.tokenAuthMethod.allows.enum.map((name) => name.toLowerCase())

/** Section 5.3.2.1: general requirements for authorization servers. */
export const GENERAL_CLAUSES: readonly Clause[] = [
  clause('5.3.2.1-1', 'metadata is published (RFC 8414)', async (subject) => {
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
      const isNone = metadataNames(metadata, 'token_endpoint_auth_methods_supported').includes('none')
      return outcome(
        !isNone,
        'the metadata',
        isNone ? 'the method none is offered' : 'the method none is not offered',
      )
    }
    const form = { grant_type: 'refresh_token', refresh_token: 'none', client_id: String(open.clientId) }
    const got = summaryOf(await postAsNobody(subject, '/token', form))
    return outcome(got === '401 invalid_client', `POST /token as the public client ${open.clientId}`, got)
  }),
  clause(
    '5.3.2.1-4',
    'access tokens are accepted only from the client that they were issued to',
    async (subject) => {
      if (subject.client === undefined) return skippedOutcome(NAME_CLIENT)
      const used = await withToken(subject, async (token) => {
        const held = summaryOf(await postAsNobody(subject, '/introspection', { token }))
        return [held, summaryOf(await postWithoutCertificate(subject, '/introspection', { token }))] as const
      })
      if (used === undefined)
        return skippedOutcome('use --client-id with a client that can get tokens with client_credentials')
      const [held, bare] = used
      const got = `${held} with the certificate, ${bare} without`
      return outcome(held === '200' && bare !== '200', 'POST /introspection with a new token', got)
    },
  ),
  clause(
    '5.3.2.1-5',
    'tokens are bound with mutual TLS or DPoP',
    askMetadata('tls_client_certificate_bound_access_tokens'),
  ),
  clause('5.3.2.1-6', 'clients authenticate with mutual TLS or private_key_jwt', ({ metadata }) => {
    const methods = metadataNames(metadata, 'token_endpoint_auth_methods_supported')
    const holds = methods.length > 0 && methods.every((method) => METHODS.includes(method))
    return outcome(holds, 'the metadata', methods.join(', '))
  }),
  clause('5.3.2.1-7', 'there is no open redirector', async (subject) => {
    if (subject.client === undefined) return skippedOutcome(NAME_CLIENT)
    const form = pushOf(subject, { redirect_uri: 'https://doctor.example/cb' })
    const got = summaryOf(await postAsClient(subject, '/par', form))
    return outcome(got === '400 invalid_request', 'POST /par with an unregistered redirect_uri', got)
  }),
  clause('5.3.2.1-8', 'the aud of an assertion is the issuer as one string', async (subject) => {
    if (!signs(subject)) return skippedOutcome(NAME_KEY)
    const { issuer } = subject.metadata
    const right = await isAuthenticated(subject)
    const wrong = []
    for (const aud of [[issuer], subject.metadata['token_endpoint'], [issuer, 'https://doctor.example']]) {
      wrong.push(await isAuthenticated(subject, { aud }))
    }
    const holds = right === '200' && wrong.every((status) => status === '401')
    const got = `${right} for the issuer; ${wrong.join(', ')} for a list of it, the token endpoint, a list of two`
    return outcome(holds, 'POST /introspection/standard, authenticated with assertions', got)
  }),
  clause('5.3.2.1-9', 'refresh tokens are not rotated'),
  clause('5.3.2.1-10', 'the server can require a nonce in DPoP proofs', ({ metadata, service }) => {
    const algorithms = metadataNames(metadata, 'dpop_signing_alg_values_supported')
    const got = `proofs with ${algorithms.join(', ') || 'no algorithm'}, dpopNonceRequired is ${service?.dpopNonceRequired}`
    return outcome(algorithms.length > 0, 'the metadata and the registry', got)
  }),
  clause('5.3.2.1-11', 'a code is valid for at most 60 seconds'),
  clause('5.3.2.1-12', 'codes can be bound to a DPoP key', async (subject) => {
    if (subject.client === undefined) return skippedOutcome(NAME_CLIENT)
    const push = async (dpop_jkt: string) =>
      summaryOf(await postAsClient(subject, '/par', pushOf(subject, { dpop_jkt })))
    const [right, wrong] = [await push('A'.repeat(43)), await push('no thumbprint')]
    const holds = right === '201' && wrong === '400 invalid_request'
    return outcome(holds, 'POST /par with dpop_jkt', `${right} for a thumbprint, ${wrong} for another text`)
  }),
  clause(
    '5.3.2.1-13',
    'times in JWTs may be up to 10 s in the future, but not more than 60 s',
    async (subject) => {
      if (!signs(subject)) return skippedOutcome(NAME_KEY)
      const at = (ahead: number) => Math.floor(subject.now().getTime() / 1000) + ahead
      // The clocks of this machine and of the deployment may differ a little.
      const near = await isAuthenticated(subject, { iat: at(8) })
      const far = [
        await isAuthenticated(subject, { iat: at(70), exp: at(90) }),
        await isAuthenticated(subject, { nbf: at(70), exp: at(90) }),
      ]
      const holds = near === '200' && far.every((status) => status === '401')
      const got = `${near} for iat 8 s ahead; ${far.join(', ')} for iat and nbf 70 s ahead`
      return outcome(holds, 'POST /introspection/standard, authenticated with assertions', got)
    },
  ),
  clause(
    '5.3.2.1-14',
    'tokens have only the privileges that they need',
    'the front end, where the end-user chooses scopes, and the operator who registers clients are responsible',
  ),
]
