import { boundThumbprint } from '../certificate/binding.ts'
import type { Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import type { ActiveRefreshToken, ActiveToken, ActiveTokenInFull } from './active-token-schema.ts'
import { propertyMembers } from './properties.ts'
import { audOf } from './resource.ts'

/**
 * What a live access token says of itself (RFC 7662 section 2.2), as the Web API words it (Authlete contract, section 6):
 * `scope` is `null` when there is none, and the audience is told only where resources were asked for.
 *
 * @param withHidden whether hidden properties are told as well
 */
export function activeToken(grant: Tokens, service: Service, withHidden = false): ActiveToken {
  return {
    ...aboutGrant(grant, service, grant.accessScopes, grant.accessResources, withHidden),
    token_type: service.accessTokenType,
    exp: grant.accessExpiresAt,
    client_id: clientIdOf(grant),
  }
}

/** The same for the OAuth face, with all that is known (requirement E06). `jti` is that of a JWT. */
export function activeTokenInFull(
  grant: Tokens,
  service: Service,
  jti: string | undefined,
): ActiveTokenInFull {
  return {
    ...activeToken(grant, service),
    iat: grant.accessIssuedAt,
    aud: audOf(grant, service),
    ...(jti === undefined ? {} : { jti }),
  }
}

/** What a live refresh token says of itself: it has no `token_type` (requirement E09). */
export function activeRefreshToken(
  grant: Tokens,
  service: Service,
  expiresAt: number,
  withHidden = false,
): ActiveRefreshToken {
  return {
    ...aboutGrant(grant, service, grant.scopes, grant.resources, withHidden),
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
  resources: readonly string[],
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
    ...(resources.length === 0 ? {} : { aud: resources }),
    active: true as const,
    ...(bound === undefined ? {} : { cnf: { 'x5t#S256': bound } }),
  }
}
