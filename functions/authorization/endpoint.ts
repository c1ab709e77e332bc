import { type EpochSeconds, later } from '../../shared/epoch-seconds.ts'
import type { LogEntry } from '../../shared/log.ts'
import { findNamedClient, type IdentifiedClient } from '../../shared/oauth/client-authentication.ts'
import { isVerifier } from '../../shared/oauth/pkce.ts'
import { type Reason, Refusal } from '../../shared/oauth/refusal.ts'
import { grantScopes } from '../../shared/oauth/scope.ts'
import { digest, makeGrantId, makeOpaque } from '../../shared/oauth/token-string.ts'
import type { Runtime } from '../../shared/runtime.ts'
import type { Client } from '../../shared/store/client.ts'
import type { CodeChallenge, Ticket } from '../../shared/store/grant.ts'
import type { Service } from '../../shared/store/service.ts'
import { errorRedirect } from './redirect.ts'
import type { AuthorizationRequest } from './request.ts'

/** The end-user may take a day to log in (contract, section 2.1). */
const TICKET_SECONDS = 86400

export interface IssuedTicket extends IdentifiedClient {
  readonly ticket: string
  readonly scopes: readonly string[]
}

/**
 * Judges an authorization request and keeps it under a ticket. Until client and redirect URI are known good nothing
 * is sent anywhere; from then on an error goes to the redirect URI.
 *
 * @throws Refusal
 * @see RFC 6749 sections 4.1.1 and 4.1.2.1, RFC 7636 section 4.4
 */
export async function authorize(
  request: AuthorizationRequest,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<IssuedTicket> {
  const identified = await identify(request.clientId, service, runtime)
  const { client, clientIdAlias } = identified
  entry.client = client.clientId
  const redirectUri = judgeRedirectUri(request.redirectUri, client)
  const { responseType, state } = request
  if (responseType === undefined) throw new Refusal('response-type-missing')

  const redirect = errorRedirect({ redirectUri, state, responseMode: 'query' }, service)
  const refuse = (reason: Reason) => new Refusal(reason, { redirect })
  const responseTypeReason = judgeResponseType(responseType, service, client)
  if (responseTypeReason !== undefined) throw refuse(responseTypeReason)
  const scopes = grantScopes(request.scope, service, client)
  if (scopes === 'malformed') throw refuse('authorization-scope-malformed')
  if (scopes === 'none') throw refuse('authorization-scope-none')
  const challenge = judgeChallenge(request, service, client)
  if (typeof challenge === 'string') throw refuse(challenge)

  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(runtime.random) }
  const ticket = makeOpaque(key, runtime.random)
  const grant: Ticket = {
    ...key,
    stage: 'TICKET',
    clientIdAlias,
    scopes,
    ...ticketMembers(ticket, runtime.now()),
    redirectUri,
    redirectUriAsked: request.redirectUri !== undefined,
    state,
    responseMode: 'query',
    challenge,
    context: request.context,
  }
  await runtime.store.grants.create(grant)
  return { ...identified, ticket, scopes }
}

const CLIENT_REASON = {
  unknown: 'authorization-client-unknown',
  locked: 'authorization-client-locked',
  'alias-disabled': 'authorization-alias-disabled',
} as const

async function identify(clientId: string, service: Service, { store }: Runtime): Promise<IdentifiedClient> {
  const found = await findNamedClient(clientId, service, store.registry)
  if (typeof found === 'string') throw new Refusal(CLIENT_REASON[found])
  return found
}

function ticketMembers(ticket: string, now: EpochSeconds) {
  return { ticketDigest: digest(ticket), ticketIssuedAt: now, ticketExpiresAt: later(now, TICKET_SECONDS) }
}

/** Exact string comparison (RFC 9700 section 2.1). */
function judgeRedirectUri(asked: string | undefined, { redirectUris }: Client): string {
  const [only, ...more] = redirectUris
  if (only === undefined) throw new Refusal('redirect-uri-none-registered')
  if (asked === undefined && more.length > 0) throw new Refusal('redirect-uri-required')
  if (asked !== undefined && !redirectUris.includes(asked)) throw new Refusal('redirect-uri-unregistered')
  return asked ?? only
}

/** Only `code`: a token that the authorization endpoint hands out is never bound (requirements A44). */
function judgeResponseType(responseType: string, service: Service, client: Client): Reason | undefined {
  if (responseType !== 'code' || !service.supportedResponseTypes.includes('CODE'))
    return 'response-type-unsupported'
  return client.responseTypes.includes('CODE') ? undefined : 'response-type-undeclared'
}

/** The method is fixed here; without one it is `plain` (RFC 7636 section 4.3). */
function judgeChallenge(
  { codeChallenge, codeChallengeMethod }: AuthorizationRequest,
  service: Service,
  client: Client,
): CodeChallenge | Reason | undefined {
  const required = service.pkceRequired || client.pkceRequired || codeChallengeMethod !== undefined
  if (codeChallenge === undefined) return required ? 'challenge-missing' : undefined
  if (!isVerifier(codeChallenge)) return 'challenge-malformed'
  if (codeChallengeMethod === 'S256') return { value: codeChallenge, method: 'S256' }
  const s256Required = service.pkceS256Required || client.pkceS256Required
  if (codeChallengeMethod === undefined && s256Required) return 'challenge-method-missing'
  if (codeChallengeMethod === 'plain' && s256Required) return 'challenge-method-plain'
  if (codeChallengeMethod !== undefined && codeChallengeMethod !== 'plain')
    return 'challenge-method-unsupported'
  return { value: codeChallenge, method: 'plain' }
}
