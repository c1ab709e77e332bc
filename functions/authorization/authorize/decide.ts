import { later } from '../../../shared/epoch-seconds.ts'
import {
  findNamedClient,
  type IdentifiedClient,
} from '../../../shared/authentication/client-authentication.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import { keyOf, makeGrantId, makeOpaque } from '../../../shared/token/token-string.ts'
import { readParameters } from '../../../shared/request/form.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { GrantKey, Ticket } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { RequestedInteraction } from '../request/interaction.ts'
import { judge, type JudgedRequest } from '../request/judge.ts'
import type { RequestedIdentity } from '../request/openid.ts'
import { findPushed, isOfPushed } from '../request/request-uri.ts'
import { errorRedirect, type RedirectTarget } from '../redirect.ts'
import { takeStep } from '../ticket.ts'
import { type AuthorizationRequest, authorizationRequest, PARAMETERS } from '../request/request.ts'

/** The end-user may take a day to log in (Authlete contract, section 2.1). */
const TICKET_SECONDS = 86400

export interface IssuedTicket extends IdentifiedClient {
  readonly ticket: string
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  readonly interaction: RequestedInteraction
  readonly identity: RequestedIdentity
}

/**
 * Judges an authorization request and stores it as a ticket. The client and the redirect URI are judged first: only later
 * errors go to the redirect URI, except a missing `response_type`.
 *
 * @throws Refusal
 * @see RFC 6749 sections 4.1.1 and 4.1.2.1, RFC 7636 section 4.4
 */
export async function authorize(request: AuthorizationRequest, call: Call): Promise<IssuedTicket> {
  const identified = await identify(request.clientId, call)
  call.log.note({ client: identified.client.clientId })
  if (isOfPushed(request.requestUri)) return authorizePushed(request.requestUri, request, identified, call)
  const { service, random, store } = call
  const { client } = identified
  const judged = judge(request, client, service, redirecting(service), notPlain(request, client, service))
  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(random) }
  const ticket = makeOpaque(key, random)
  await store.grants.create(ticketOf(ticket, key, judged, request, identified, call))
  return { ...identified, ...judged, ticket }
}

/**
 * Judges a pushed request again, as if it were made now. Each call makes a new ticket and ends the one before, so the end-user can
 * load the page again. Only `issue` and `fail` end the request URI (RFC 9126 section 4).
 */
async function authorizePushed(
  requestUri: string,
  { requestObject, clientId, context }: AuthorizationRequest,
  identified: IdentifiedClient,
  call: Call,
): Promise<IssuedTicket> {
  if (requestObject !== undefined) throw new Refusal('request-object')
  const { service, random, store } = call
  const taken = await takeStep(async () => {
    const grant = await findPushed(requestUri, identified.client, call)
    const form = readParameters(grant.pushed.pushedParameters, PARAMETERS)
    const request = authorizationRequest(form, clientId, context)
    const judged = judge(request, identified.client, service, redirecting(service))
    const key = keyOf(service.apiKey, grant)
    const ticket = makeOpaque(key, random)
    const next = { ...ticketOf(ticket, key, judged, request, identified, call), pushed: grant.pushed }
    return { written: await store.grants.useRequest(grant, next), ...judged, ticket }
  })
  if (taken === undefined) throw new Refusal('request-uri-unknown')
  const { ticket, scopes, resources, interaction, identity } = taken
  return { ...identified, ticket, scopes, resources, interaction, identity }
}

const redirecting = (service: Service) => (target: RedirectTarget) => {
  const redirect = errorRedirect(target, service)
  return (reason: Reason) => new Refusal(reason, { redirect })
}

/** Why a request that uses none that was pushed is refused whatever else it has. */
function notPlain(
  { requestObject, requestUri }: AuthorizationRequest,
  client: Client,
  service: Service,
): Reason | undefined {
  if (requestObject !== undefined) return 'request-object'
  if (requestUri !== undefined) return 'request-uri-foreign'
  return settingsOf(service, client).parRequired ? 'push-required' : undefined
}

function ticketOf(
  ticket: string,
  key: GrantKey,
  { target, scopes, resources, challenge, dpopJkt, identity }: JudgedRequest,
  request: AuthorizationRequest,
  { clientIdAlias }: IdentifiedClient,
  { now }: Call,
): Ticket {
  return {
    ...key,
    stage: 'TICKET',
    clientIdAlias,
    terms: { scopes, resources, properties: [], userInfoClaims: identity.userInfoClaims },
    ticketDigest: digest(ticket),
    ticketIssuedAt: now,
    ticketExpiresAt: later(now, TICKET_SECONDS),
    ...target,
    redirectUriAsked: request.redirectUri !== undefined,
    challenge,
    dpopJkt,
    requestedIdToken: identity.idToken,
    context: request.context,
  }
}

const CLIENT_REASON = {
  unknown: 'authorization-client-unknown',
  locked: 'authorization-client-locked',
  'breaks-fapi2': 'authorization-client-breaks-fapi2',
  'alias-disabled': 'authorization-alias-disabled',
} as const

async function identify(clientId: string, call: Call): Promise<IdentifiedClient> {
  const found = await findNamedClient(clientId, call)
  if (typeof found === 'string') throw new Refusal(CLIENT_REASON[found])
  return found
}
