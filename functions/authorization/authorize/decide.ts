import { addSeconds } from '../../../shared/epoch-seconds.ts'
import {
  findNamedClient,
  type IdentifiedClient,
} from '../../../shared/authentication/client-authentication.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import { makeGrantId, makeOpaque } from '../../../shared/token/token-string.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Ticket } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { errorRedirect } from '../redirect.ts'
import { parseRequest, type ParsedRequest } from '../request/parse-request.ts'
import { findPushed } from '../request/pushed-request.ts'
import { type AuthorizationRequest, readStored } from '../request/request.ts'
import { takeStep } from '../ticket.ts'

/** The end-user may take a day to log in (Authlete contract, section 2.1). */
const TICKET_SECONDS = 86400

export interface IssuedTicket extends IdentifiedClient, ParsedRequest {
  readonly ticket: string
}

/**
 * Checks an authorization request and stores it as a ticket. The client and the redirect URI are checked first: only later
 * errors go to the redirect URI, except a missing `response_type`.
 *
 * A pushed request is checked again, because the client may have changed. Each call makes a new ticket and ends the previous one, so the
 * end-user can reload the page. Only `issue` and `fail` end the request URI (RFC 9126 section 4).
 *
 * @throws Refusal
 * @see RFC 6749 sections 4.1.1 and 4.1.2.1, RFC 7636 section 4.4
 */
export async function authorize(sent: AuthorizationRequest, call: Call): Promise<IssuedTicket> {
  const identified = await identify(sent.clientId, call)
  call.log.note({ client: identified.client.clientId })
  const issued = await takeStep(() => authorizeOnce(sent, identified, call))
  if (issued === undefined) throw new Refusal('request-uri-unknown')
  return issued
}

async function authorizeOnce(sent: AuthorizationRequest, identified: IdentifiedClient, call: Call) {
  const { service, now, random, store } = call
  const { client, clientIdAlias } = identified
  const used = await findPushed(sent, client, call)
  const request = used === undefined ? sent : readStored(used.pushed.pushedRequest, sent)
  const first = used === undefined ? reasonAgainstUnpushed(sent, client, service) : undefined
  const parsed = parseRequest(request, client, service, first)
  if ('reason' in parsed) {
    const { reason, target } = parsed
    throw new Refusal(reason, target && { redirect: errorRedirect(target, service) })
  }
  const { target, scopes, resources, challenge, dpopJkt, identity } = parsed
  const grantId = used?.grantId ?? makeGrantId(random)
  const key = { service: service.apiKey, client: client.clientId, grantId }
  const ticket = makeOpaque(key, random)
  const grant: Ticket = {
    ...key,
    stage: 'TICKET',
    clientIdAlias,
    pushed: used?.pushed,
    terms: { scopes, resources, properties: [], userInfoClaims: identity.userInfoClaims },
    ticketDigest: digest(ticket),
    ticketIssuedAt: now,
    ticketExpiresAt: addSeconds(now, TICKET_SECONDS),
    ...target,
    redirectUriRequested: request.redirectUri !== undefined,
    challenge,
    dpopJkt,
    requestedIdToken: identity.idToken,
    context: request.context,
  }
  const { grants } = store
  const written =
    used === undefined ? await grants.createWithoutProof(grant) : await grants.useRequest(used, grant)
  return { written, ...identified, ...parsed, ticket }
}

/** The reason to refuse a request that was not pushed, regardless of its other parameters. */
function reasonAgainstUnpushed(
  { requestObject, requestUri }: AuthorizationRequest,
  client: Client,
  service: Service,
): Reason | undefined {
  if (requestObject !== undefined) return 'request-object'
  if (requestUri !== undefined) return 'request-uri-foreign'
  return settingsOf(service, client).parRequired ? 'push-required' : undefined
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
