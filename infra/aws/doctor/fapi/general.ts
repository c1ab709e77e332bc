import { FAPI2, isAllowed, type Requirement, settingsOf } from '../../../../shared/store/profile.ts'
import { ask, statusOf } from '../ask.ts'
import { type Clause, namesIn, notAsked, type Outcome, outcome, type Profiled, summaryOf } from './clause.ts'
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
const DPOP = 'fapi2 binds tokens by mutual TLS only'
const METHODS = FAPI2.client.tokenAuthMethod.allows.enum.map((name) => name.toLowerCase())

/** Section 5.3.2.1: general requirements for authorization servers. */
export const GENERAL: readonly Clause[] = [
  {
    id: '5.3.2.1-1',
    demand: 'metadata are published (RFC 8414)',
    ask: async (subject) => {
      const path = '/.well-known/oauth-authorization-server'
      const reply = await ask(subject, subject.plainUrl + path)
      const got = `${statusOf(reply)}, issuer ${String(subject.metadata['issuer'])}`
      return outcome(subject.metadata['issuer'] === subject.service?.issuer, `GET ${path}`, got)
    },
  },
  {
    id: '5.3.2.1-2',
    demand: 'the password grant is refused',
    ask: async (subject) => {
      const form = { grant_type: 'password', username: 'doctor', password: 'doctor' }
      const got = summaryOf(await postAsNobody(subject, '/token', form))
      return outcome(got === '400 unsupported_grant_type', 'POST /token with grant_type=password', got)
    },
  },
  {
    id: '5.3.2.1-3',
    demand: 'only confidential clients are served',
    ask: async (subject) => {
      const { service, clients, metadata } = subject
      const open = clients.find(
        (one) => service && settingsOf(service, one).violations.includes('clientType'),
      )
      if (open === undefined) {
        const isNone = namesIn(metadata, 'token_endpoint_auth_methods_supported').includes('none')
        return outcome(!isNone, 'the metadata', isNone ? 'the method none is offered' : 'no method none')
      }
      const form = { grant_type: 'refresh_token', refresh_token: 'none', client_id: String(open.clientId) }
      const got = summaryOf(await postAsNobody(subject, '/token', form))
      return outcome(got === '401 invalid_client', `POST /token as the public client ${open.clientId}`, got)
    },
  },
  {
    id: '5.3.2.1-4',
    demand: 'access tokens work only for the sender that they were issued to',
    ask: async (subject) => {
      if (subject.client === undefined) return notAsked(NAME_CLIENT)
      const used = await withToken(subject, async (token) => {
        const held = summaryOf(await postAsNobody(subject, '/introspection', { token }))
        return [held, summaryOf(await postWithoutCertificate(subject, '/introspection', { token }))] as const
      })
      if (used === undefined) return notAsked('name a client that gets tokens by client_credentials')
      const [held, bare] = used
      const got = `${held} with the certificate, ${bare} without`
      return outcome(held === '200' && bare !== '200', 'POST /introspection with a new token', got)
    },
  },
  {
    id: '5.3.2.1-5',
    demand: 'tokens are bound by mutual TLS or DPoP',
    ask: ({ metadata }) => {
      const bound = metadata['tls_client_certificate_bound_access_tokens']
      return outcome(
        bound === true,
        'the metadata',
        `tls_client_certificate_bound_access_tokens ${String(bound)}`,
      )
    },
  },
  {
    id: '5.3.2.1-6',
    demand: 'clients authenticate by mutual TLS or private_key_jwt',
    ask: ({ metadata }) => {
      const methods = namesIn(metadata, 'token_endpoint_auth_methods_supported')
      const holds = methods.length > 0 && methods.every((method) => METHODS.includes(method))
      return outcome(holds, 'the metadata', methods.join(', '))
    },
  },
  {
    id: '5.3.2.1-7',
    demand: 'there is no open redirector',
    ask: async (subject) => {
      if (subject.client === undefined) return notAsked(NAME_CLIENT)
      const form = pushOf(subject, { redirect_uri: 'https://doctor.example/cb' })
      const got = summaryOf(await postAsClient(subject, '/par', form))
      return outcome(got === '400 invalid_request', 'POST /par with a redirect_uri of somebody else', got)
    },
  },
  {
    id: '5.3.2.1-8',
    demand: 'an assertion is for the issuer, which is its aud as one string',
    ask: async (subject) => {
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
    },
  },
  { id: '5.3.2.1-9', demand: 'refresh tokens are not rotated', ask: bySettings('5.3.2.1-9') },
  { id: '5.3.2.1-10', demand: 'a nonce may be demanded in DPoP proofs', ask: DPOP },
  { id: '5.3.2.1-11', demand: 'a code lives for 60 seconds at most', ask: bySettings('5.3.2.1-11') },
  { id: '5.3.2.1-12', demand: 'codes can be bound to a DPoP key', ask: DPOP },
  {
    id: '5.3.2.1-13',
    demand: 'JWTs may be up to 10 s ahead, and not more than 60 s',
    ask: async (subject) => {
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
    },
  },
  {
    id: '5.3.2.1-14',
    demand: 'tokens have as few privileges as their use needs',
    ask: 'a duty of the front end, which lets the end-user choose scopes, and of whoever registers clients',
  },
]

/** Whether the settings that the profile requires for a clause hold for the requests of the client. */
function bySettings(id: string) {
  const required = Object.entries<Requirement>(FAPI2.service).filter(([, { clause }]) => clause === id)
  return ({ service, client }: Profiled): Outcome => {
    if (service === undefined) return outcome(false, 'the registry', 'no service')
    const settings = new Map<string, unknown>(Object.entries(settingsOf(service, client)))
    const holds = required.every(([name, { allows }]) => isAllowed(settings.get(name), allows))
    const got = required.map(([name]) => `${name} is ${String(settings.get(name))}`)
    return outcome(holds, 'the registry', got.join(', '))
  }
}
