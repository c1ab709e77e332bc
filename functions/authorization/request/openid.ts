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

/** What the client asks about the end-user and the login (OpenID Connect Core section 3.1.2.1). Empty lists: nothing. */
export interface RequestedIdentity {
  /** Only of OpenID Connect. */
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
  /** The only end-user for whom the client takes an answer. */
  readonly subject: string | undefined
}

/** @param scopes those that the client may have, of those that it has requested */
export function parseIdentity(
  request: AuthorizationRequest,
  scopes: readonly string[],
  client: Client,
  service: Service,
): RequestedIdentity | Reason {
  const { nonce } = request
  const acrValues = words(request.acrValues)
  const acrs = acrValues.length > 0 ? acrValues : client.defaultAcrs
  if (!scopes.includes(OPENID)) return { ...NOTHING, acrs }
  if (request.redirectUri === undefined) return 'openid-redirect-uri-missing'
  if (nonce !== undefined && Buffer.byteLength(nonce) > LIMITS.nonce) return 'nonce-too-long'
  if (Buffer.byteLength(request.acrValues ?? '') > LIMITS.acrValues) return 'acr-values-too-long'
  const asked = parseClaims(request.claims)
  if (typeof asked === 'string') return asked
  // Before the end-user is asked: the code could not be redeemed.
  if (idTokenAlgorithm(client, service) === undefined) return 'id-token-key-missing'
  const { subject, acrEssential } = asked
  const named = asked.acrs.length > 0 ? asked.acrs : acrs
  return {
    idToken: {
      ...(nonce === undefined ? {} : { nonce }),
      ...(asked.authTimeEssential || mustTellTime(request, client) ? { authTimeRequired: true } : {}),
      ...(acrEssential && named.length > 0 ? { essentialAcrs: named } : {}),
      ...(subject === undefined ? {} : { sub: subject }),
    },
    ...{ acrs: named, acrEssential, subject },
    claims: claimNames(asked.idToken, scopes),
    claimsAtUserInfo: claimNames(asked.userInfo, scopes),
    claimsLocales: words(request.claimsLocales),
    idTokenClaims: asked.idToken && JSON.stringify(asked.idToken),
    userInfoClaims: asked.userInfo && JSON.stringify(asked.userInfo),
  }
}

/** A request of plain OAuth 2.0. RFC 9470 defines `acr_values` for it, too. */
const NOTHING: RequestedIdentity = {
  idToken: undefined,
  ...{ acrs: [], acrEssential: false, claims: [], claimsAtUserInfo: [], claimsLocales: [] },
  ...{ idTokenClaims: undefined, userInfoClaims: undefined, subject: undefined },
}

/** With `max_age`, or its default, `auth_time` is required (sections 2 and 3.1.2.1). */
function mustTellTime({ maxAge }: AuthorizationRequest, client: Client): boolean {
  return maxAge !== undefined || client.defaultMaxAge !== undefined || client.authTimeRequired
}
