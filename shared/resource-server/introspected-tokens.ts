import { hash } from 'node:crypto'
import type { SecureContextOptions } from 'node:tls'
import { BoundedMap } from '../bounded-map.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { readCompactJws } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import type { AccessToken, ExpectedClaims, ReadToken } from './access-token.ts'
import { issuerKeys, type Jwks } from './issuer-keys.ts'
import { issuerRequest, type IssuerRequest } from './issuer-request.ts'
import { jwsAlgorithms, verifySignature } from './jwt-tokens.ts'
import { type Members, requireMembers } from './option-members.ts'
import { RequestRefusal } from './request-refusal.ts'
import { accessTokenOf, RFC_9068 } from './token-profile.ts'
import { trustedUrl } from './trusted-url.ts'

export interface IntrospectionOptions {
  /** The URL of certbound's `/introspection/standard`, or of another RFC 7662 endpoint whose answers have `iss`, `aud` and `cnf`. */
  readonly endpoint: string
  /** The client ID of this resource server, which is a client of its own. */
  readonly clientId: string
  /** If present, the client authenticates with `client_secret_basic`, and otherwise with the certificate in `tls`. */
  readonly clientSecret?: string
  /** The certificate and the key of the resource server, in PEM. */
  readonly tls?: Pick<SecureContextOptions, 'cert' | 'key'>
  /** The issuer's `jwks_uri`, or its keys. If present, answers must be JWTs that one of them has signed (RFC 9701). */
  readonly jwks?: string | Jwks
  /**
   * How many seconds an active answer with `exp` is kept, at most 300. A revoked token is accepted for this time. If absent, none is
   * kept.
   */
  readonly keepSeconds?: number
}

const MEMBERS: Members<keyof IntrospectionOptions> = {
  endpoint: 'text',
  clientId: 'text',
  clientSecret: 'text?',
  tls: 'object?',
  jwks: 'keys?',
  keepSeconds: 'count?',
}

/** How many active answers are kept. */
const LIMIT_ANSWERS = 1000

/** An active answer, and the time for which it is kept, in seconds. */
interface KeptAnswer {
  readonly token: AccessToken
  readonly asked: number
  readonly until: number
}

/**
 * Reads tokens of either format through introspection. Revoked tokens and tokens of locked clients are refused at once, unless answers
 * are kept.
 *
 * @throws TypeError for options that cannot work
 */
export function introspectedTokens(
  options: IntrospectionOptions,
  expected: ExpectedClaims,
  ca: SecureContextOptions['ca'],
  currentDate: () => Date,
): ReadToken {
  requireMembers('introspection', options, MEMBERS)
  const { keepSeconds = 0 } = options
  if (keepSeconds > 300) throw new TypeError('introspection.keepSeconds must be an integer from 0 to 300')
  const introspect = introspection(options, expected, ca, currentDate)
  const kept = new BoundedMap<string, KeptAnswer>(LIMIT_ANSWERS)
  const seconds = () => currentDate().getTime() / 1000

  return async (text) => {
    const digest = hash('sha256', text, 'base64url')
    const known = kept.get(digest)
    const asked = seconds()
    // A clock that has gone back must not keep an answer for longer.
    if (known !== undefined && known.asked <= asked && asked < known.until) return known.token
    const members = await introspect(text)
    if (members['active'] === false) throw new RequestRefusal('token-inactive')
    if (members['active'] !== true) throw new Error('the introspection response lacks a boolean active')
    // Refresh tokens can be active, too. They have no `token_type`, or another one, as those and the ID tokens of Keycloak.
    const { token_type: type } = members
    if (typeof type !== 'string' || !/^(bearer|dpop)$/i.test(type))
      throw new RequestRefusal('claim-wrong', { expected: 'token_type' })
    const token = accessTokenOf(members, expected, RFC_9068)
    const { exp } = members
    const until = Math.min(asked + keepSeconds, typeof exp === 'number' ? exp : asked)
    if (until > asked) kept.set(digest, { token, asked, until })
    return token
  }
}

/** Returns the function that asks the issuer for the members of a token (RFC 7662 section 2). */
function introspection(
  { endpoint, clientId, clientSecret, tls, jwks }: IntrospectionOptions,
  expected: ExpectedClaims,
  ca: SecureContextOptions['ca'],
  currentDate: () => Date,
): (token: string) => Promise<JsonObject> {
  const url = trustedUrl(endpoint, 'introspection.endpoint')
  if (tls !== undefined) requireMembers('introspection.tls', tls, { cert: 'pem', key: 'pem' })
  else if (clientSecret === undefined)
    throw new TypeError('introspection needs a clientSecret, or a certificate in tls')
  const request = issuerRequest(url, { ...tls, ca })
  const authorization =
    clientSecret === undefined ? {} : { authorization: basicCredentials(clientId, clientSecret) }
  const inForm = clientSecret === undefined ? { client_id: clientId } : {}
  const keys = jwks === undefined ? undefined : issuerKeys(jwks, ca, currentDate)
  const accept = keys === undefined ? 'application/json' : 'application/token-introspection+jwt'

  return async (token) => {
    const form = new URLSearchParams({ ...inForm, token }).toString()
    const body = await post(request, { ...authorization, accept }, form)
    const members =
      keys === undefined ? parseJsonObject(body) : await signedMembers(body, keys, expected, clientId)
    if (members === undefined) throw new Error('the introspection response is not a valid JSON object')
    return members
  }
}

/** RFC 6749 section 2.3.1. */
function basicCredentials(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

/** @throws Error unless the endpoint answers 200 */
async function post(request: IssuerRequest, headers: object, form: string): Promise<Buffer> {
  const { status, body } = await request({
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(form),
    },
    body: form,
  })
  if (status === 200) return body
  const { error } = parseJsonObject(body) ?? {}
  const reason = typeof error === 'string' && /^[\w.-]{1,64}$/.test(error) ? ` (${error})` : ''
  throw new Error(`the introspection endpoint answered ${status}${reason}`)
}

/**
 * The members in a signed answer for this resource server (RFC 9701 section 5), which its `aud` names by the client ID or as the audience of
 * tokens.
 *
 * @throws Error for every other answer, because the caller has no part in it
 */
async function signedMembers(
  body: Buffer,
  keys: ReturnType<typeof issuerKeys>,
  { issuer, audience }: ExpectedClaims,
  clientId: string,
): Promise<JsonObject> {
  const jws = readCompactJws(body.toString().trim())
  const claims = jws && parseJsonObject(jws.payload)
  const { typ, alg } = jws?.header ?? {}
  if (jws === undefined || claims === undefined || String(typ).toLowerCase() !== 'token-introspection+jwt')
    throw new Error('the introspection response is not a JWT of RFC 9701')
  if (!jwsAlgorithms().includes(String(alg)))
    throw new Error('the algorithm of the introspection response is not accepted')
  try {
    await verifySignature(jws, await keys.current(), keys)
  } catch (cause) {
    throw new Error('the introspection response is not signed by the issuer', { cause })
  }
  const { iss, aud, token_introspection: members } = claims
  const isForUs = [aud].flat().some((each) => each === clientId || each === audience)
  if (iss !== issuer || !isForUs || !isJsonObject(members))
    throw new Error('the introspection response is not one of the issuer for this resource server')
  return members
}
