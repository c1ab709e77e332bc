import { readBinding } from '../certificate/binding.ts'
import { unlessEmpty } from '../web-api.ts'
import type { Terms, Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import type { ActiveRefreshToken, ActiveToken, ActiveTokenInFull } from './active-token-schema.ts'
import { clientIdText } from '../store/client-view.ts'
import { audOf } from './resource.ts'
import { tokenTypeOf } from '../possession/token-binding.ts'
import { propertyMembers } from './terms.ts'

/**
 * The members of a live access token in the Web API's introspection (RFC 7662 section 2.2; Authlete contract, section 6). For
 * a token without scopes `scope` is `null`. `aud` is only present if resources were requested.
 *
 * @param withHidden whether to include hidden properties
 */
export function activeToken(grant: Tokens, service: Service, withHidden = false): ActiveToken {
  const narrowed = { scopes: grant.accessScopes, resources: grant.accessResources }
  return {
    ...aboutGrant(grant, service, narrowed, withHidden),
    token_type: tokenTypeOf(grant.binding, service.accessTokenType),
    exp: grant.accessExpiresAt,
  }
}

interface FoundToken {
  readonly grant: Tokens
  /** Only JWTs have one. */
  readonly jti?: string | undefined
}

/** The members of a live access token on the OAuth face: all that are known (requirement E06). */
export function activeTokenInFull({ grant, jti }: FoundToken, service: Service): ActiveTokenInFull {
  return { ...activeToken(grant, service), iat: grant.accessIssuedAt, aud: audOf(grant, service), jti }
}

/** The members of a live refresh token, which has no `token_type` (requirement E09). */
export function activeRefreshToken(
  grant: Tokens,
  service: Service,
  expiresAt: number,
  withHidden = false,
): ActiveRefreshToken {
  return { ...aboutGrant(grant, service, grant.terms, withHidden), exp: expiresAt }
}

/** Our members come last, `undefined` if absent, so that no property can replace them (decision D46). */
function aboutGrant(
  grant: Tokens,
  service: Service,
  { scopes, resources }: Pick<Terms, 'scopes' | 'resources'>,
  withHidden: boolean,
) {
  const { subject, acr, authTime, properties } = grant.terms
  const binding = readBinding(grant.binding)
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
    cnf: typeof binding === 'string' ? undefined : binding,
  }
}
