import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { availableScopes, OPENID } from '../../../shared/token/scopes.ts'
import { addTo, refuseSubjectOfClient } from '../../../shared/token/terms.ts'
import { keyOf, makeOpaque } from '../../../shared/token/token-string.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Code, Ticket } from '../../../shared/store/grant.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { RedirectTarget } from '../redirect.ts'
import { orderIdToken } from './id-token.ts'
import type { IssueRequest } from './request.ts'
import { findTicket, takeStep } from '../ticket.ts'

export interface IssuedCode extends RedirectTarget {
  readonly code: string
  /** The text that is stored with the ticket. */
  readonly context: string | undefined
}

const TICKET_REASONS = { unknown: 'ticket-unknown', expired: 'ticket-expired' } as const

/**
 * Consumes a ticket and issues its authorization code. Only one of several concurrent calls succeeds.
 *
 * @throws Refusal ticket-…, subject-is-client, issue-scope-unknown, issue-properties-too-large, claims-too-large,
 *   authorization-client-…, and as `orderIdToken`
 */
export async function issueCode(request: IssueRequest, call: Call): Promise<IssuedCode> {
  const issued = await takeStep(() => issueOnce(request, call))
  if (issued === undefined) throw new Refusal('ticket-consumed')
  return issued
}

async function issueOnce(request: IssueRequest, call: Call) {
  const { service, now, random, store } = call
  const ticket = await findTicket(request.ticket, TICKET_REASONS, call)
  await refuseSubjectOfClient(request.subject, 'subject-is-client', call)
  const client = await store.registry.findClientByNumber(service.apiKey, ticket.client)
  const { isRetroactive, parRequired, authorizationCodeDuration } = settingsOf(service, client)
  // A ticket that is older than the switch to a profile may have a request that was not pushed.
  if (client !== undefined && isRetroactive && parRequired && ticket.pushed === undefined)
    throw new Refusal('ticket-breaks-fapi2')
  requireAvailable(request.scopes, client, service)
  const granted =
    request.scopes === undefined ? {} : { scopes: withoutUnrequestedOpenid(request.scopes, ticket) }
  const { idToken, subject, authentication } = request
  const orderedIdToken = orderIdToken(ticket.requestedIdToken, idToken, subject, authentication)

  const key = keyOf(service.apiKey, ticket)
  const code = makeOpaque(key, random)
  const grant: Code = {
    ...key,
    stage: 'CODE',
    clientIdAlias: ticket.clientIdAlias,
    terms: addTo(
      { ...ticket.terms, ...granted, subject, ...authentication },
      request.extras,
      'issue-properties-too-large',
    ),
    accessTokenDuration: request.extras.accessTokenDuration,
    orderedIdToken,
    code: {
      codeDigest: digest(code),
      codeIssuedAt: now,
      codeExpiresAt: addSeconds(now, authorizationCodeDuration),
      redirectUri: ticket.redirectUriRequested ? ticket.redirectUri : undefined,
      challenge: ticket.challenge,
      dpopJkt: ticket.dpopJkt,
    },
  }
  const written = await store.grants.issueCode(ticket, grant)
  const { redirectUri, state, responseMode, context } = ticket
  return { written, code, redirectUri, state, responseMode, context }
}

/** The client gets no ID token if it has not requested one (Authlete contract, section 2.2). */
function withoutUnrequestedOpenid(
  scopes: readonly string[],
  { requestedIdToken }: Ticket,
): readonly string[] {
  return scopes.filter((name) => name !== OPENID || requestedIdToken !== undefined)
}

/** The end-user may grant scopes that were not requested, if they are available to the client. */
function requireAvailable(
  scopes: readonly string[] | undefined,
  client: Client | undefined,
  service: Service,
): void {
  if (scopes === undefined) return
  if (client === undefined) throw new Refusal('authorization-client-unknown')
  const available = availableScopes(service, client)
  if (!scopes.every((name) => available.has(name))) throw new Refusal('issue-scope-unknown')
}
