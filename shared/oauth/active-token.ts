import { boundThumbprint } from '../certificate/binding.ts'
import type { Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import type { ActiveRefreshToken, ActiveToken, ActiveTokenInFull } from './active-token-schema.ts'
import { propertyMembers } from './properties.ts'

/** What tokens that were asked for without a resource are meant for (design, section 6). */
export function audienceOf(service: Service): string {
  return service.defaultResource ?? service.issuer
}

/**
 * What a live access token says of itself (RFC 7662 section 2.2), as the Web API words it (contract, section 6):
 * `scope` is `null` when there is none, the audience is not told.
 *
 * @param withHidden whether hidden properties are told as well
 */
export function activeToken(grant: Tokens, service: Service, withHidden = false): ActiveToken {
  return {
    ...aboutGrant(grant, service, grant.accessScopes, withHidden),
    token_type: service.accessTokenType,
    exp: grant.accessExpiresAt,
    client_id: clientIdOf(grant),
  }
}

/** The same for the OAuth face, with all that is known (requirements E06). `jti` is that of a JWT. */
export function activeTokenInFull(
  grant: Tokens,
  service: Service,
  jti: string | undefined,
): ActiveTokenInFull {
  return {
    ...activeToken(grant, service),
    iat: grant.accessIssuedAt,
    aud: audienceOf(service),
    ...(jti === undefined ? {} : { jti }),
  }
}

/** What a live refresh token says of itself: it has no `token_type` (requirements E09). */
export function activeRefreshToken(
  grant: Tokens,
  service: Service,
  expiresAt: number,
  withHidden = false,
): ActiveRefreshToken {
  return {
    ...aboutGrant(grant, service, grant.scopes, withHidden),
    exp: expiresAt,
    client_id: clientIdOf(grant),
  }
}

function clientIdOf(grant: Tokens): string {
  return grant.clientIdAlias ?? String(grant.client)
}

function aboutGrant(
  { subject, acr, authTime, binding, properties }: Tokens,
  service: Service,
  scopes: readonly string[],
  withHidden: boolean,
) {
  const bound = boundThumbprint(binding)
  return {
    ...propertyMembers(properties, withHidden),
    ...(subject === undefined ? {} : { sub: subject }),
    ...(acr === undefined ? {} : { acr }),
    ...(authTime === undefined ? {} : { auth_time: authTime }),
    scope: scopes.length === 0 ? null : scopes.join(' '),
    iss: service.issuer,
    active: true as const,
    ...(bound === undefined ? {} : { cnf: { 'x5t#S256': bound } }),
  }
}
