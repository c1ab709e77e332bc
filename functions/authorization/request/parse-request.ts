import { isKeyThumbprint } from '../../../shared/certificate/thumbprint.ts'
import { LIMITS } from '../../../shared/limits.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { CodeChallenge, Ticket } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { parseResources } from '../../../shared/token/resource.ts'
import { grantScopes } from '../../../shared/token/scopes.ts'
import type { RedirectTarget } from '../redirect.ts'
import { parseChallenge } from './challenge.ts'
import { parseInteraction, type RequestedInteraction } from './interaction.ts'
import { parseIdentity, type RequestedIdentity } from './openid.ts'
import type { AuthorizationRequest } from './request.ts'

interface ParsedParameters {
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly challenge: CodeChallenge | undefined
  readonly dpopJkt: string | undefined
  readonly interaction: RequestedInteraction
  readonly identity: RequestedIdentity
}

export interface ParsedRequest extends ParsedParameters {
  readonly target: RedirectTarget
}

export interface RefusedRequest {
  readonly reason: Reason
  /** Absent if the error must not be sent to a redirect URI. */
  readonly target?: RedirectTarget
}

/**
 * Checks an authorization request of a known client.
 *
 * @param first the reason to refuse the request regardless of its parameters, if there is one
 */
export function parseRequest(
  request: AuthorizationRequest,
  client: Client,
  service: Service,
  first?: Reason,
): ParsedRequest | RefusedRequest {
  const redirectUri = parseRedirectUri(request.redirectUri, client, service)
  // A request object may have the right redirect URI, so a wrong one is not reported then.
  if (typeof redirectUri === 'string') return { reason: first ?? redirectUri }
  const responseMode = parseResponseMode(request.responseMode, redirectUri.href)
  const { responseType, state, repeated, empty } = request
  const target = { redirectUri: redirectUri.href, state, responseMode: responseMode ?? 'query' }
  const reason = first ?? repeated
  if (reason !== undefined) return { reason, target }
  if (responseType === undefined) {
    return { reason: empty.has('response_type') ? 'response-type-empty' : 'response-type-missing' }
  }
  if (responseMode === undefined) return { reason: 'response-mode-unsupported', target }
  const parsed = parseParameters(request, responseType, client, service)
  return typeof parsed === 'string' ? { reason: parsed, target } : { ...parsed, target }
}

/** Exact string comparison (RFC 9700 section 2.1). */
function parseRedirectUri(
  requested: string | undefined,
  client: Client,
  service: Service,
): { readonly href: string } | Reason {
  const [only, ...more] = client.redirectUris
  if (only === undefined) return 'redirect-uri-none-registered'
  if (requested === undefined && more.length > 0) return 'redirect-uri-required'
  if (requested !== undefined && !client.redirectUris.includes(requested)) return 'redirect-uri-unregistered'
  if (requested === undefined && settingsOf(service, client).redirectUriRequired)
    return 'redirect-uri-not-pushed'
  return { href: requested ?? only }
}

/**
 * A page can post only to http and https. Other redirect URIs, such as `com.example.app:`, must not be the target of a form of the
 * authorization server.
 */
function parseResponseMode(
  requested: string | undefined,
  redirectUri: string,
): Ticket['responseMode'] | undefined {
  if (requested === undefined || requested === 'query') return 'query'
  return requested === 'form_post' && /^https?:/i.test(redirectUri) ? 'form_post' : undefined
}

/** The checks whose errors go to the redirect URI. */
function parseParameters(
  request: AuthorizationRequest,
  responseType: string,
  client: Client,
  service: Service,
): ParsedParameters | Reason {
  const { dpopJkt, state = '' } = request
  if (state.length > LIMITS.state) return 'state-too-long'
  const unusable = reasonAgainstResponseType(responseType, client, service)
  if (unusable !== undefined) return unusable
  const scopes = grantScopes(request.scope, service, client)
  if (scopes === 'malformed') return 'authorization-scope-malformed'
  if (scopes === 'none') return 'authorization-scope-none'
  const resources = parseResources(request.resources)
  if (resources === 'malformed') return 'authorization-resource-malformed'
  const challenge = parseChallenge(request, service, client)
  if (typeof challenge === 'string') return challenge
  if (dpopJkt !== undefined && !isKeyThumbprint(dpopJkt)) return 'dpop-jkt-malformed'
  const interaction = parseInteraction(request, client)
  if (typeof interaction === 'string') return interaction
  const identity = parseIdentity(request, scopes, client, service)
  if (typeof identity === 'string') return identity
  return { scopes, resources, challenge, dpopJkt, interaction, identity }
}

/** The registered names (OAuth 2.0 Multiple Response Types section 3). */
const KNOWN_RESPONSE_TYPES: ReadonlySet<string> = new Set(['code', 'token', 'id_token', 'none'])

/** Only `code` is supported, because the authorization endpoint cannot issue bound tokens (requirement A44). */
function reasonAgainstResponseType(
  responseType: string,
  client: Client,
  service: Service,
): Reason | undefined {
  if (!responseType.split(' ').every((name) => KNOWN_RESPONSE_TYPES.has(name))) return 'response-type-unknown'
  if (responseType !== 'code' || !service.supportedResponseTypes.includes('CODE'))
    return 'response-type-unsupported'
  return client.responseTypes.includes('CODE') ? undefined : 'response-type-undeclared'
}
