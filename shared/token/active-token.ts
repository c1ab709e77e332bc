import { boundThumbprint } from '../certificate/binding.ts'
import { unlessEmpty } from '../web-api.ts'
import type { Terms, Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import type { ActiveRefreshToken, ActiveToken, ActiveTokenInFull } from './active-token-schema.ts'
import { clientIdText } from './client-view.ts'
import { audOf } from './resource.ts'
import { propertyMembers } from './terms.ts'

/**
 * The members of a live access token at introspection (RFC 7662 section 2.2), in the words of the Web API (Authlete
 * contract, section 6): `scope` is `null` when there is none, and the audience is there only where resources were asked for.
 *
 * @param withHidden whether hidden properties are shown as well
 */
export function activeToken(grant: Tokens, service: Service, withHidden = false): ActiveToken {
  const narrowed = { scopes: grant.accessScopes, resources: grant.accessResources }
  return {
    ...aboutGrant(grant, service, narrowed, withHidden),
    token_type: service.accessTokenType,
    exp: grant.accessExpiresAt,
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
    jti,
  }
}

/** The members of a live refresh token: it has no `token_type` (requirement E09). */
export function activeRefreshToken(
  grant: Tokens,
  service: Service,
  expiresAt: number,
  withHidden = false,
): ActiveRefreshToken {
  return { ...aboutGrant(grant, service, grant.terms, withHidden), exp: expiresAt }
}

/** Own members come last, `undefined` where there is none: no property may take their place (decision D46). */
function aboutGrant(
  grant: Tokens,
  service: Service,
  { scopes, resources }: Pick<Terms, 'scopes' | 'resources'>,
  withHidden: boolean,
) {
  const { subject, acr, authTime, properties } = grant.terms
  const bound = boundThumbprint(grant.binding)
  return {
    ...propertyMembers(properties, withHidden),
    sub: subject,
    acr,
    auth_time: authTime,
    scope: unlessEmpty(scopes)?.join(' ') ?? null,
    iss: service.issuer,
    client_id: clientIdText(grant.client, grant.clientIdAlias),
    aud: unlessEmpty(resources),
    active: true as const,
    cnf: bound === undefined ? undefined : { 'x5t#S256': bound },
  }
}
