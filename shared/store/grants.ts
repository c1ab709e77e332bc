import { isDeepStrictEqual } from 'node:util'
import { type EpochSeconds, later } from '../epoch-seconds.ts'
import type { ClientState, Code, Grant, GrantKey, RefreshMembers, Ticket, Tokens } from './grant.ts'
import { grantAttributes, readClientState, readGrant } from './item.ts'
import { listing } from './listing.ts'
import type { Item, Table } from './table.ts'

/** TTL only collects garbage: it never decides, so it may come late, but it must not come early (architecture, section 3). */
const TTL_SLACK_SECONDS = 3600

export interface GrantAndStates {
  readonly grant: Grant | undefined
  /** Of the client that the grant was made for. `undefined`: the client was deleted. */
  readonly client: ClientState | undefined
  /** Of the further client asked for. */
  readonly caller: ClientState | undefined
}

/** DynamoDB reads so many items in one batch; each client's state is one of them. */
const GRANTS_IN_BATCH = 50

/** `lost`: somebody else moved the grant on meanwhile; how it stands now, if it still does. */
export type Transition =
  { readonly done: true } | { readonly done: false; readonly current: Grant | undefined }

/**
 * Grants and the states of their clients, one item each. A grant moves TICKET -> CODE -> TOKENS -> gone, every step one
 * conditional write on a digest that only the step before has stored, so of racing callers one wins.
 *
 * Every method throws StoreUnavailable, and DamagedItem for an item that is not as it was written.
 */
export class Grants {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /** The grant, its client's state and, with `caller`, the state of that client of the same service: one read. */
  async find(key: GrantKey, caller?: number): Promise<GrantAndStates> {
    const keys = [{ id: grantId(key) }, { id: stateId(key.service, key.client) }]
    const sameClient = caller === key.client
    if (caller !== undefined && !sameClient) keys.push({ id: stateId(key.service, caller) })
    const [grant, client, other] = await this.#table.findAll(keys)
    const state = client && readClientState(client)
    return {
      grant: grant && readGrant(grant, key),
      client: state,
      caller: sameClient ? state : other && readClientState(other),
    }
  }

  /**
   * Where the grants with tokens of a client lie, or of one of its subjects (`null`: of the client itself), in the order
   * of the index. Never for a decision: the index is late (docs/store.md), so each must be read again.
   */
  async list(service: number, client: number, subject?: string | null): Promise<GrantKey[]> {
    const { holder, held } = listing({ service, client, subject: subject ?? undefined })
    const items = await this.#table.queryIndex('listing', {
      holder,
      ...(subject === undefined ? {} : { held }),
    })
    return items.map(({ id }) => ({ service, client, grantId: String(id).slice(holder.length + 1) }))
  }

  /** As `find` for many grants, in their order. Those that are gone, or have no tokens, are left out. */
  async findTokens(
    keys: readonly GrantKey[],
  ): Promise<{ readonly grant: Tokens; readonly client: ClientState | undefined }[]> {
    const found = []
    for (let start = 0; start < keys.length; start += GRANTS_IN_BATCH) {
      const batch = keys.slice(start, start + GRANTS_IN_BATCH)
      const ids = batch.flatMap((key) => [grantId(key), stateId(key.service, key.client)])
      const items = await this.#table.findAll([...new Set(ids)].map((id) => ({ id })))
      const byId = new Map(items.flatMap((item) => (item === undefined ? [] : [[item['id'], item]])))
      for (const key of batch) {
        const item = byId.get(grantId(key))
        const grant = item && readGrant(item, key)
        const state = byId.get(stateId(key.service, key.client))
        if (grant?.stage === 'TOKENS') found.push({ grant, client: state && readClientState(state) })
      }
    }
    return found
  }

  async findState(service: number, client: number): Promise<ClientState | undefined> {
    const state = await this.#table.find({ id: stateId(service, client) })
    return state && readClientState(state)
  }

  async create(grant: Ticket | Tokens): Promise<void> {
    const item = { ...grantAttributes(grant), ttl: ttl(grant) }
    const outcome = await this.#table.create(item, { id: grantId(grant) })
    if (!outcome.done) throw new Error('a random grant id was taken')
  }

  issueCode(ticket: Ticket, code: Code): Promise<Transition> {
    return this.#move(code, { stage: 'TICKET', ticketDigest: ticket.ticketDigest })
  }

  redeem(code: Code, tokens: Tokens): Promise<Transition> {
    return this.#move(tokens, { stage: 'CODE', codeDigest: code.code.codeDigest })
  }

  /** Keeps what else is to be found by the ticket. */
  keepContext(ticket: Ticket, context: string): Promise<Transition> {
    return this.#move({ ...ticket, context }, { stage: 'TICKET', ticketDigest: ticket.ticketDigest })
  }

  /** Ends the ticket, as long as it has not become a code. Two at the same moment both succeed: the delete has no other trace. */
  async fail({ ticketDigest, ...key }: Ticket): Promise<boolean> {
    const outcome = await this.#table.remove({ id: grantId(key) }, { stage: 'TICKET', ticketDigest })
    return outcome.done
  }

  /** @param current the refresh token as it was read: no other refresh must have come between */
  refresh(current: RefreshMembers, tokens: Tokens): Promise<Transition> {
    return this.#move(tokens, { stage: 'TOKENS', refreshDigest: current.refreshDigest })
  }

  /**
   * Changes what the management API may change, which leaves no digest to tell one state from the next: so this one
   * transition is held against the attempt of the write before.
   *
   * @param current as it was read: nothing must have come between
   */
  async change(current: Tokens, tokens: Tokens): Promise<Transition> {
    const item = await this.#table.find({ id: grantId(current) })
    const stored = item && readGrant(item, current)
    if (item === undefined || !isDeepStrictEqual(stored, current)) return { done: false, current: stored }
    return this.#move(tokens, { accessDigest: current.accessDigest, attempt: item['attempt'] })
  }

  /** Ends the grant and all its tokens, as long as it is the one that was read (its code or its family is the same). */
  async end(tokens: Tokens): Promise<void> {
    const stored =
      tokens.refresh === undefined
        ? { accessDigest: tokens.accessDigest }
        : { familyDigest: tokens.refresh.familyDigest }
    await this.#table.remove({ id: grantId(tokens) }, stored)
  }

  /** As `end`, but whatever came between: a revocation must not lose to a refresh at the same moment. */
  async revoke(tokens: Tokens): Promise<void> {
    await this.#table.remove({ id: grantId(tokens) }, { client: tokens.client })
  }

  async #move(to: Grant, stored: Item): Promise<Transition> {
    const outcome = await this.#table.update(
      { id: grantId(to) },
      { ...grantAttributes(to), ttl: ttl(to) },
      stored,
    )
    return outcome.done
      ? outcome
      : { done: false, current: outcome.current && readGrant(outcome.current, to) }
  }
}

/** Key of a client's state in the table of grants. */
export function stateId(service: number, client: number): string {
  return `${String(service)}.${String(client)}`
}

function grantId({ service, client, grantId }: GrantKey): string {
  return `${stateId(service, client)}.${grantId}`
}

function ttl(grant: Grant): EpochSeconds {
  return later(endOf(grant), TTL_SLACK_SECONDS)
}

function endOf(grant: Grant): EpochSeconds {
  if (grant.stage === 'TICKET') return grant.ticketExpiresAt
  if (grant.stage === 'CODE') return grant.code.codeExpiresAt
  return Math.max(grant.accessExpiresAt, grant.refresh?.refreshExpiresAt ?? 0) as EpochSeconds
}
