import { LIMITS } from '../../../shared/limits.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Ticket } from '../../../shared/store/grant.ts'
import type { Service } from '../../../shared/store/service.ts'
import { claimNames } from '../../../shared/token/scope-claims.ts'
import { OPENID } from '../../../shared/token/scopes.ts'
import { idTokenAlgorithm } from '../../../shared/token/sign.ts'
import { parseClaims } from './claims.ts'
import { words } from './interaction.ts'
import type { AuthorizationRequest } from './request.ts'

/** The client's requests about the end-user and the login (OpenID Connect Core section 3.1.2.1). */
export interface RequestedIdentity {
  /** Absent in a request of plain OAuth 2.0. */
  readonly idToken: Ticket['requestedIdToken']
  readonly acrs: readonly string[]
  readonly acrEssential: boolean
  /** The names of the claims for the ID token and for the userinfo endpoint. */
  readonly claims: readonly string[]
  readonly claimsAtUserInfo: readonly string[]
  readonly claimsLocales: readonly string[]
  /** JSON objects as the client wrote them. */
  readonly idTokenClaims: string | undefined
  readonly userInfoClaims: string | undefined
  /** The only end-user that the client accepts. */
  readonly subject: string | undefined
}

/** @param scopes the requested scopes that the client may have */
export function parseIdentity(
  request: AuthorizationRequest,
  scopes: readonly string[],
  client: Client,
  service: Service,
): RequestedIdentity | Reason {
  const { nonce } = request
  const acrValues = words(request.acrValues)
  const acrs = acrValues.length > 0 ? acrValues : client.defaultAcrs
  if (!scopes.includes(OPENID)) return { ...PLAIN_OAUTH, acrs }
  if (request.redirectUri === undefined) return 'openid-redirect-uri-missing'
  if (nonce !== undefined && Buffer.byteLength(nonce) > LIMITS.nonce) return 'nonce-too-long'
  if (Buffer.byteLength(request.acrValues ?? '') > LIMITS.acrValues) return 'acr-values-too-long'
  const requested = parseClaims(request.claims)
  if (typeof requested === 'string') return requested
  // The code could not be redeemed, so the request is refused before the end-user logs in.
  if (idTokenAlgorithm(client, service) === undefined) return 'id-token-key-missing'
  const { subject, acrEssential } = requested
  const named = requested.acrs.length > 0 ? requested.acrs : acrs
  return {
    idToken: {
      ...(nonce === undefined ? {} : { nonce }),
      ...(requested.authTimeEssential || requiresAuthTime(request, client) ? { authTimeRequired: true } : {}),
      ...(acrEssential && named.length > 0 ? { essentialAcrs: named } : {}),
      ...(subject === undefined ? {} : { sub: subject }),
    },
    ...{ acrs: named, acrEssential, subject },
    claims: claimNames(requested.idToken, scopes),
    claimsAtUserInfo: claimNames(requested.userInfo, scopes),
    claimsLocales: words(request.claimsLocales),
    idTokenClaims: requested.idToken && JSON.stringify(requested.idToken),
    userInfoClaims: requested.userInfo && JSON.stringify(requested.userInfo),
  }
}

/** A request of plain OAuth 2.0. RFC 9470 also defines `acr_values` for it. */
const PLAIN_OAUTH: RequestedIdentity = {
  idToken: undefined,
  ...{ acrs: [], acrEssential: false, claims: [], claimsAtUserInfo: [], claimsLocales: [] },
  ...{ idTokenClaims: undefined, userInfoClaims: undefined, subject: undefined },
}

/** With `max_age`, or its default, `auth_time` is required (sections 2 and 3.1.2.1). */
function requiresAuthTime({ maxAge }: AuthorizationRequest, client: Client): boolean {
  return maxAge !== undefined || client.defaultMaxAge !== undefined || client.authTimeRequired
}
