import { proves } from '../../shared/token/find-token.ts'
import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'
import { isExpired, refuseInvalid } from '../../shared/token/standing.ts'
import { keyOf, locateOpaque } from '../../shared/token/token-string.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Ticket } from '../../shared/store/grant.ts'
import type { Transition } from '../../shared/store/grants.ts'
import { LOST, repeatWhileLost } from '../../shared/store/unavailable.ts'

/** The reasons of an endpoint to refuse a ticket. */
export interface TicketReasons {
  readonly unknown: Reason
  readonly expired: Reason
  /** The reasons if the client is deleted or locked, or if all its tokens were revoked. */
  readonly invalid?: Readonly<Record<keyof typeof INVALID_REASON, Reason>>
}

const INVALID_REASON = {
  deleted: 'authorization-client-unknown',
  locked: 'authorization-client-locked',
  'cut-off': 'ticket-cut-off',
} as const

/** Finds a valid ticket, and notes its client in the log. @throws Refusal of `reasons`, authorization-client-…, ticket-cut-off */
export async function findTicket(
  text: string,
  reasons: TicketReasons,
  { service, store, now, log }: Call,
): Promise<Ticket> {
  const locator = locateOpaque(text)
  if (locator === undefined) throw new Refusal(reasons.unknown)
  const { grant, client } = await store.grants.find(keyOf(service.apiKey, locator))
  if (grant?.stage !== 'TICKET' || !proves(text, grant.ticketDigest)) throw new Refusal(reasons.unknown)
  if (isExpired(grant.ticketExpiresAt, now)) throw new Refusal(reasons.expired)
  refuseInvalid(client, service, grant.ticketIssuedAt, reasons.invalid ?? INVALID_REASON)
  log.note({ client: grant.client })
  return grant
}

/**
 * Takes a step with a ticket. If the context of the ticket has changed since it was read, the step is repeated with the current ticket.
 *
 * @returns `undefined` if the ticket has been consumed
 */
export function takeStep<Result extends { readonly written: Transition }>(
  step: () => Promise<Result>,
): Promise<Result | undefined> {
  return repeatWhileLost(async () => {
    const result = await step()
    if (result.written.done) return result
    return result.written.current?.stage === 'TICKET' ? LOST : undefined
  })
}
