import { createPrivateKey, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { AUTHENTICATION_METHODS, type MethodNeeds } from '../../../../shared/store/authentication-methods.ts'
import { ask, credentialsOf, jsonOf, type Probe, type Reply, statusOf } from '../ask.ts'
import type { ProfileSubject } from './clause.ts'

type Form = Readonly<Record<string, string>>

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Sends a request without client authentication. It presents a certificate if one is known, because some paths exist only on the mutual-TLS domain. */
export function postAsNobody(subject: ProfileSubject, path: string, form: Form): Promise<Reply> {
  const { visitor, mtlsUrl, plainUrl } = subject
  return ask(subject, `${visitor === undefined ? plainUrl : mtlsUrl}${path}`, { form }, visitor)
}

/** Sends a request without a certificate to the plain domain. */
export function postWithoutCertificate(subject: ProfileSubject, path: string, form: Form): Promise<Reply> {
  return ask(subject, subject.plainUrl + path, { form })
}

/** Sends a request of the client, authenticated with its method. `claims` replace those of the assertion. */
export async function postAsClient(
  subject: ProfileSubject,
  path: string,
  form: Form,
  claims: object = {},
): Promise<Reply> {
  const { visitor, mtlsUrl, onRequestAsClient } = subject
  onRequestAsClient()
  const proof = await PROOFS[needsOf(subject) ?? 'secret'](subject, claims)
  const headers = proof.headers ?? {}
  return ask(subject, mtlsUrl + path, { form: { ...form, ...proof.form }, headers }, visitor)
}

const needsOf = ({ client }: ProfileSubject) => client && AUTHENTICATION_METHODS[client.tokenAuthMethod].needs

/** Whether doctor has the key for assertions of the client. */
export function signs(subject: ProfileSubject): boolean {
  return needsOf(subject) === 'keys' && subject.assertionKey !== undefined
}

/** How a client authenticates, depending on the data that it registered. A certificate is presented with the connection. */
const PROOFS: Readonly<
  Record<MethodNeeds, (subject: ProfileSubject, claims: object) => Probe | Promise<Probe>>
> = {
  nothing: proofWithId,
  name: proofWithId,
  certificates: proofWithId,
  secret: ({ visitor }) => credentialsOf(visitor),
  keys: proofWithAssertion,
}

function proofWithId({ visitor }: ProfileSubject): Probe {
  return { form: { client_id: visitor?.clientId ?? '' } }
}

async function proofWithAssertion(subject: ProfileSubject, claims: object): Promise<Probe> {
  const withId = proofWithId(subject)
  if (subject.assertionKey === undefined) return withId
  const client_assertion = await signed(subject, claims)
  return { form: { ...withId.form, client_assertion_type: ASSERTION_TYPE, client_assertion } }
}

function signed({ metadata, visitor, client, assertionKey = '', now }: ProfileSubject, claims: object) {
  const seconds = Math.floor(now().getTime() / 1000)
  const clientId = visitor?.clientId ?? ''
  const aud = String(metadata['issuer'])
  return new SignJWT({ iss: clientId, sub: clientId, aud, jti: randomUUID(), exp: seconds + 60, ...claims })
    .setProtectedHeader({ alg: client?.tokenAuthSignAlg ?? 'ES256' })
    .sign(createPrivateKey(assertionKey))
}

/**
 * Whether the client is authenticated. Standard introspection answers 200 to every authenticated client, even about a token that does not
 * exist. So the check issues and consumes nothing.
 */
export async function isAuthenticated(subject: ProfileSubject, claims: object = {}): Promise<string> {
  return statusOf(await postAsClient(subject, '/introspection/standard', { token: 'none' }, claims))
}

/** A valid authorization request with changes. An empty text removes a parameter. */
export function pushOf({ client, service }: ProfileSubject, changes: Form = {}): Form {
  // With `openid` there are more requirements than those of the profile.
  const scope = service?.supportedScopes.find(({ name }) => name !== 'openid')?.name ?? ''
  const form = {
    response_type: 'code',
    redirect_uri: client?.redirectUris[0] ?? '',
    scope,
    code_challenge: randomBytes(32).toString('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  }
  return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ''))
}

/** Runs `use` with a new access token of the client, and revokes the token. @returns `undefined` if the client gets none */
export async function withToken<Result>(
  subject: ProfileSubject,
  use: (token: string) => Promise<Result>,
): Promise<Result | undefined> {
  const answer = jsonOf(await postAsClient(subject, '/token', { grant_type: 'client_credentials' }))
  const token = answer?.['access_token']
  if (typeof token !== 'string') return undefined
  try {
    return await use(token)
  } finally {
    await postAsClient(subject, '/revocation', { token })
  }
}
