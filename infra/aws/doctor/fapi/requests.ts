import { createPrivateKey, randomBytes, randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { AUTHENTICATION_METHODS, type MethodNeeds } from '../../../../shared/store/authentication-methods.ts'
import { ask, jsonOf, type Reply, statusOf } from '../ask.ts'
import type { Profiled } from './clause.ts'

type Form = Readonly<Record<string, string>>

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** A request that proves no client. It presents a certificate where one is known, because there may be no other way in. */
export function postAsNobody(subject: Profiled, path: string, form: Form): Promise<Reply> {
  const { visitor, mtlsUrl, plainUrl } = subject
  return ask(subject, `${visitor === undefined ? plainUrl : mtlsUrl}${path}`, { form }, visitor)
}

/** Without a certificate, on the domain that asks for none. */
export function postWithoutCertificate(subject: Profiled, path: string, form: Form): Promise<Reply> {
  return ask(subject, subject.plainUrl + path, { form })
}

/** A request of the client, authenticated by its method. `claims` changes the assertion. */
export async function postAsClient(
  subject: Profiled,
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

const needsOf = ({ client }: Profiled) => client && AUTHENTICATION_METHODS[client.tokenAuthMethod].needs

/** Whether there is a client whose assertions can be made here. */
export function signs(subject: Profiled): boolean {
  return needsOf(subject) === 'keys' && subject.assertionKey !== undefined
}

interface Proof {
  readonly form: Form
  readonly headers?: Form
}

/** How a client authenticates that has registered one of these. Its certificate comes with the connection. */
const PROOFS: Readonly<Record<MethodNeeds, (subject: Profiled, claims: object) => Proof | Promise<Proof>>> = {
  nothing: byNumber,
  name: byNumber,
  certificates: byNumber,
  secret: bySecret,
  keys: byAssertion,
}

function byNumber({ visitor }: Profiled): Proof {
  return { form: { client_id: visitor?.clientId ?? '' } }
}

function bySecret(subject: Profiled): Proof {
  const { clientId = '', clientSecret } = subject.visitor ?? {}
  if (clientSecret === undefined) return byNumber(subject)
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  return { form: {}, headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}

async function byAssertion(subject: Profiled, claims: object): Promise<Proof> {
  const { form } = byNumber(subject)
  if (subject.assertionKey === undefined) return { form }
  const client_assertion = await signed(subject, claims)
  return { form: { ...form, client_assertion_type: ASSERTION_TYPE, client_assertion } }
}

function signed({ metadata, visitor, client, assertionKey = '', now }: Profiled, claims: object) {
  const seconds = Math.floor(now().getTime() / 1000)
  const clientId = visitor?.clientId ?? ''
  const aud = String(metadata['issuer'])
  return new SignJWT({ iss: clientId, sub: clientId, aud, jti: randomUUID(), exp: seconds + 60, ...claims })
    .setProtectedHeader({ alg: client?.tokenAuthSignAlg ?? 'ES256' })
    .sign(createPrivateKey(assertionKey))
}

/**
 * Whether the client is authenticated: standard introspection answers 200 to every client that is, also about a token that does not
 * exist. So nothing is issued, and nothing is used up.
 */
export async function isAuthenticated(subject: Profiled, claims: object = {}): Promise<string> {
  return statusOf(await postAsClient(subject, '/introspection/standard', { token: 'none' }, claims))
}

/** An authorization request that is right but for what `changes` replaces; an empty text takes a parameter out. */
export function pushOf({ client, service }: Profiled, changes: Form = {}): Form {
  // With `openid` more is required than the clauses of the profile.
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

/** Runs `use` with a new access token of the client, and revokes it. @returns `undefined` if the client gets none */
export async function withToken<Result>(
  subject: Profiled,
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
