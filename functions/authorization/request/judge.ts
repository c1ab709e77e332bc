import { isKeyThumbprint } from '../../../shared/certificate/thumbprint.ts'
import { isVerifier } from '../../../shared/token/pkce.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import { parseResources } from '../../../shared/token/resource.ts'
import { grantScopes } from '../../../shared/token/scopes.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { CodeChallenge, Ticket } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { type RequestedInteraction, judgeInteraction } from './interaction.ts'
import { judgeIdentity, type RequestedIdentity } from './openid.ts'
import type { RedirectTarget } from '../redirect.ts'
import type { AuthorizationRequest } from './request.ts'

/** The ticket stores the state, and items of the store must stay small. */
const MAX_STATE_LENGTH = 2048

interface JudgedParameters {
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly challenge: CodeChallenge | undefined
  readonly dpopJkt: string | undefined
  readonly interaction: RequestedInteraction
  readonly identity: RequestedIdentity
}

export interface JudgedRequest extends JudgedParameters {
  readonly target: RedirectTarget
}

/**
 * Judges an authorization request of a client that is known.
 *
 * @param refusalAt makes the refusals that go to the redirect URI
 * @param first why the request is refused whatever else it has
 * @throws Refusal
 */
export function judge(
  request: AuthorizationRequest,
  client: Client,
  service: Service,
  refusalAt: (target: RedirectTarget) => (reason: Reason) => Refusal,
  first?: Reason,
): JudgedRequest {
  const answeredAt = judgeRedirectUri(request.redirectUri, client, service)
  // The right redirect URI may be where nothing here reads it, so a wrong one is not what is reported.
  if (typeof answeredAt === 'string') throw new Refusal(first ?? answeredAt)
  const { redirectUri } = answeredAt
  const { responseType, state, repeated } = request
  const responseMode = judgeResponseMode(request.responseMode, redirectUri)
  const target = { redirectUri, state, responseMode: responseMode ?? 'query' }
  const refuse = refusalAt(target)
  if (first !== undefined) throw refuse(first)
  if (repeated !== undefined) throw refuse(repeated)
  if (responseType === undefined) {
    throw new Refusal(request.empty.has('response_type') ? 'response-type-empty' : 'response-type-missing')
  }
  if (responseMode === undefined) throw refuse('response-mode-unsupported')
  const judged = judgeParameters(request, responseType, service, client)
  if (typeof judged === 'string') throw refuse(judged)
  return { ...judged, target }
}

/** The checks whose errors go to the redirect URI. */
function judgeParameters(
  request: AuthorizationRequest,
  responseType: string,
  service: Service,
  client: Client,
): JudgedParameters | Reason {
  if (request.state !== undefined && request.state.length > MAX_STATE_LENGTH) return 'state-too-long'
  const responseTypeReason = judgeResponseType(responseType, service, client)
  if (responseTypeReason !== undefined) return responseTypeReason
  const scopes = grantScopes(request.scope, service, client)
  if (scopes === 'malformed') return 'authorization-scope-malformed'
  if (scopes === 'none') return 'authorization-scope-none'
  const resources = parseResources(request.resources)
  if (resources === 'malformed') return 'authorization-resource-malformed'
  const challenge = judgeChallenge(request, service, client)
  if (typeof challenge === 'string') return challenge
  const { dpopJkt } = request
  if (dpopJkt !== undefined && !isKeyThumbprint(dpopJkt)) return 'dpop-jkt-malformed'
  const interaction = judgeInteraction(request, client)
  if (typeof interaction === 'string') return interaction
  const identity = judgeIdentity(request, scopes, client, service)
  return typeof identity === 'string'
    ? identity
    : { scopes, resources, challenge, dpopJkt, interaction, identity }
}

/** Exact string comparison (RFC 9700 section 2.1). */
function judgeRedirectUri(
  asked: string | undefined,
  client: Client,
  service: Service,
): { readonly redirectUri: string } | Reason {
  const [only, ...more] = client.redirectUris
  if (only === undefined) return 'redirect-uri-none-registered'
  if (asked === undefined && more.length > 0) return 'redirect-uri-required'
  if (asked !== undefined && !client.redirectUris.includes(asked)) return 'redirect-uri-unregistered'
  if (asked === undefined && settingsOf(service, client).redirectUriRequired) return 'redirect-uri-not-pushed'
  return { redirectUri: asked ?? only }
}

/**
 * A page can only post to http and https. Other redirect URIs (`com.example.app:`) must not be the target of a form that we
 * serve.
 */
function judgeResponseMode(
  asked: string | undefined,
  redirectUri: string,
): Ticket['responseMode'] | undefined {
  if (asked === undefined || asked === 'query') return 'query'
  return asked === 'form_post' && /^https?:/i.test(redirectUri) ? 'form_post' : undefined
}

/** The registered names (OAuth 2.0 Multiple Response Types section 3). */
const KNOWN_RESPONSE_TYPES: ReadonlySet<string> = new Set(['code', 'token', 'id_token', 'none'])

/** Only `code`, because the authorization endpoint cannot issue bound tokens (requirement A44). */
function judgeResponseType(responseType: string, service: Service, client: Client): Reason | undefined {
  if (!responseType.split(' ').every((name) => KNOWN_RESPONSE_TYPES.has(name))) return 'response-type-unknown'
  if (responseType !== 'code' || !service.supportedResponseTypes.includes('CODE'))
    return 'response-type-unsupported'
  return client.responseTypes.includes('CODE') ? undefined : 'response-type-undeclared'
}

/** The default of the method is `plain` (RFC 7636 section 4.3). */
function judgeChallenge(
  { codeChallenge, codeChallengeMethod, empty }: AuthorizationRequest,
  service: Service,
  client: Client,
): CodeChallenge | Reason | undefined {
  const { pkceRequired, pkceS256Required } = settingsOf(service, client)
  const missing = empty.has('code_challenge') ? 'challenge-empty' : 'challenge-missing'
  if (codeChallenge === undefined)
    return pkceRequired || codeChallengeMethod !== undefined ? missing : undefined
  if (!isVerifier(codeChallenge)) return 'challenge-malformed'
  if (codeChallengeMethod === 'S256') return { value: codeChallenge, method: 'S256' }
  if (codeChallengeMethod === undefined && pkceS256Required) return 'challenge-method-missing'
  if (codeChallengeMethod === 'plain' && pkceS256Required) return 'challenge-method-plain'
  if (codeChallengeMethod !== undefined && codeChallengeMethod !== 'plain')
    return 'challenge-method-unsupported'
  return { value: codeChallenge, method: 'plain' }
}
