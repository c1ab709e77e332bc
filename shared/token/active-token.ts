import { readBinding } from '../certificate/binding.ts'
import { answer, unlessEmpty } from '../web-api.ts'
import type { Terms, Tokens } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import type { ActiveRefreshToken, ActiveToken, ActiveTokenInFull } from './active-token-schema.ts'
import { clientIdText } from '../store/client-view.ts'
import { audOf } from './resource.ts'
import { tokenTypeOf } from '../possession/token-binding.ts'

/** The names of the members. No property of a caller may have one of them (`shared/token/terms.ts`). */
// prettier-ignore
export const ACTIVE_TOKEN_MEMBERS: Readonly<Record<keyof ActiveTokenInFull, true>> = {
  active: true, iss: true, sub: true, client_id: true, exp: true, iat: true, aud: true, jti: true,
  scope: true, token_type: true, acr: true, auth_time: true, cnf: true,
}

/**
 * The members of a live access token in the Web API's introspection (RFC 7662 section 2.2; Authlete contract, section 6). For
 * a token without scopes `scope` is `null`. `aud` is only present if resources were requested.
 */
export function activeToken(grant: Tokens, service: Service): ActiveToken {
  const narrowed = { scopes: grant.accessScopes, resources: grant.accessResources }
  return answer({
    ...aboutGrant(grant, service, narrowed),
    token_type: tokenTypeOf(grant.binding, service.accessTokenType),
    exp: grant.accessExpiresAt,
  })
}

interface FoundToken {
  readonly grant: Tokens
  /** Only JWTs have one. */
  readonly jti?: string | undefined
}

/** The members of a live access token on the OAuth face: all that are known (requirement E06). */
export function activeTokenInFull({ grant, jti }: FoundToken, service: Service): ActiveTokenInFull {
  return answer({
    ...activeToken(grant, service),
    iat: grant.accessIssuedAt,
    aud: audOf(grant, service),
    jti,
  })
}

/** The members of a live refresh token, which has no `token_type` (requirement E09). */
export function activeRefreshToken(grant: Tokens, service: Service, expiresAt: number): ActiveRefreshToken {
  return answer({ ...aboutGrant(grant, service, grant.terms), exp: expiresAt })
}

/** An absent member is `undefined`, so that no property can take its place. */
function aboutGrant(
  grant: Tokens,
  service: Service,
  { scopes, resources }: Pick<Terms, 'scopes' | 'resources'>,
): Omit<ActiveRefreshToken, 'exp'> {
  const { subject, acr, authTime } = grant.terms
  const binding = readBinding(grant.binding)
  return answer({
    sub: subject,
    acr,
    auth_time: authTime,
    scope: unlessEmpty(scopes)?.join(' ') ?? null,
    iss: service.issuer,
    client_id: clientIdText(grant.client, grant.clientIdAlias),
    aud: unlessEmpty(resources),
    active: true,
    cnf: typeof binding === 'string' ? undefined : binding,
  })
}
