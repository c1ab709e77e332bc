import { proves } from '../../shared/token/find-token.ts'
import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'
import { whyInvalid, expired } from '../../shared/token/standing.ts'
import { keyOf, locateOpaque } from '../../shared/token/token-string.ts'
import type { Call } from '../../shared/call.ts'
import type { Ticket } from '../../shared/store/grant.ts'

/** How an endpoint words that a ticket is of no use. */
export interface TicketReasons {
  readonly unknown: Reason
  readonly expired: Reason
}

/** The ticket of a service's own client that is not barred. @throws Refusal of `reasons`, authorization-client-…, ticket-cut-off */
export async function findTicket(
  text: string,
  reasons: TicketReasons,
  { service, store, now }: Call,
): Promise<Ticket> {
  const locator = locateOpaque(text)
  if (locator === undefined) throw new Refusal(reasons.unknown)
  const { grant, client } = await store.grants.find(keyOf(service.apiKey, locator))
  if (grant?.stage !== 'TICKET' || !proves(text, grant.ticketDigest)) throw new Refusal(reasons.unknown)
  if (expired(grant.ticketExpiresAt, now)) throw new Refusal(reasons.expired)
  const bar = whyInvalid(client, service, grant.ticketIssuedAt)
  if (bar === 'locked') throw new Refusal('authorization-client-locked')
  if (bar === 'deleted') throw new Refusal('authorization-client-unknown')
  if (bar === 'cut-off') throw new Refusal('ticket-cut-off')
  return grant
}
