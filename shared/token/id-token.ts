import { hash } from 'node:crypto'
import type { Call } from '../runtime/call.ts'
import { addSeconds } from '../epoch-seconds.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Client } from '../store/client.ts'
import type { IssuedIdToken, OrderedIdToken, Tokens } from '../store/grant.ts'
import type { SigningAlgorithm } from '../certificate/jws-algorithms.ts'
import { clientIdText } from '../store/client-view.ts'
import type { IssuedTokens } from './issue.ts'
import { OPENID } from './scopes.ts'
import { findIdTokenKey, type SigningKey, signJwt } from './sign.ts'

/** Access tokens have another type, so neither can be used as the other (RFC 8725 section 3.11). */
const TYPE = 'JWT'

/** The client that the ID token is for. It knows itself by the client ID of its request. */
interface Audience {
  readonly client: Client
  readonly clientIdAlias: string | undefined
}

/**
 * Adds the ID token to the tokens of an exchanged code, if the end-user has granted `openid`. The grant then has the claims that the ID
 * tokens of refreshes must agree with. The ID token itself is not stored.
 *
 * @throws Refusal id-token-not-signed if the service has no key for the client's algorithm
 * @see OpenID Connect Core sections 2 and 3.1.3.6
 */
export async function withIdToken(
  issued: IssuedTokens,
  ordered: OrderedIdToken | undefined,
  audience: Audience,
  call: Call,
): Promise<IssuedTokens> {
  if (ordered === undefined || !hasOpenid(issued.grant)) return issued
  const key = await findIdTokenKey(audience.client, call)
  if (key === undefined) throw new Refusal('id-token-not-signed')
  const issuedIdToken = { iss: call.service.issuer, aud: audienceOf(audience), sub: ordered.sub }
  const grant = { ...issued.grant, issuedIdToken }
  return {
    ...issued,
    grant,
    idToken: signIdToken({ ...issued, grant }, issuedIdToken, ordered, audience, key, call),
  }
}

/**
 * Adds an ID token to the tokens of a refresh, if the code was exchanged for one. It repeats the issuer, the audience, the subject and the
 * time of the authentication. It has no nonce and none of the further claims, which may be out of date. If the issuer or the name of the
 * client has changed, it could not agree with the first ID token, so none is issued.
 *
 * @see OpenID Connect Core section 12.2
 */
export async function withRefreshedIdToken(
  issued: IssuedTokens,
  first: IssuedIdToken | undefined,
  audience: Audience,
  call: Call,
): Promise<IssuedTokens> {
  if (first === undefined) return issued
  const refreshed = { ...issued, grant: { ...issued.grant, issuedIdToken: first } }
  const agrees = first.iss === call.service.issuer && first.aud === audienceOf(audience)
  if (!agrees || !hasOpenid(issued.grant)) return refreshed
  const key = await findIdTokenKey(audience.client, call)
  if (key === undefined) return refreshed
  return { ...refreshed, idToken: signIdToken(refreshed, first, {}, audience, key, call) }
}

function hasOpenid({ accessScopes }: Tokens): boolean {
  return accessScopes.includes(OPENID)
}

function audienceOf({ client, clientIdAlias }: Audience): string {
  return clientIdText(client.clientId, clientIdAlias)
}

function signIdToken(
  { grant: { terms }, accessToken, jwt, issuedAt }: IssuedTokens,
  { iss, aud, sub = terms.subject }: IssuedIdToken,
  { nonce, claims = '{}', headers = '{}' }: OrderedIdToken,
  { client }: Audience,
  key: SigningKey,
  { service }: Call,
): string {
  const seconds = Math.min(service.idTokenDuration, client.extension?.idTokenDuration ?? Infinity)
  const all = {
    ...(JSON.parse(claims) as object),
    // These come last, so that claims of a caller cannot replace them.
    ...{ iss, sub, aud },
    exp: addSeconds(issuedAt, seconds),
    iat: issuedAt,
    auth_time: terms.authTime,
    nonce,
    acr: terms.acr,
    at_hash: halfHash(jwt ?? accessToken, key.alg),
  }
  return signJwt(TYPE, all, key, JSON.parse(headers) as object)
}

/** The hash of each algorithm. `EdDSA` is Ed25519, which hashes with SHA-512. */
const HASHES = {
  ...{ ES256: 'sha256', PS256: 'sha256', RS256: 'sha256' },
  ...{ ES384: 'sha384', EdDSA: 'sha512' },
} as const satisfies Record<SigningAlgorithm, string>

/** `at_hash` of an access token (OpenID Connect Core section 3.1.3.6). */
function halfHash(token: string, alg: SigningAlgorithm): string {
  const whole = hash(HASHES[alg], token, 'buffer')
  return whole.subarray(0, whole.length / 2).toString('base64url')
}
