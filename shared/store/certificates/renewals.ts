import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import { judgeRenewal } from '../../certificate/renewal.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import { addSeconds, type EpochSeconds } from '../../epoch-seconds.ts'
import type { Immutable } from '../../immutable.ts'
import { readMembers } from '../item.ts'
import { integer, seconds, thumbprint } from '../member-types.ts'
import type { Table } from '../table.ts'
import { BATCH, findItems, firstKeys, lastOf } from './listed-items.ts'
import { TTL_SLACK_SECONDS } from '../time-to-live.ts'
import { changeItem } from './change-item.ts'
import { renewalHeld, renewalHolder, renewalHolders, renewalId, renewalsOfClient } from './names.ts'
import type { Item } from '../../dynamodb/dynamodb.ts'

/** How many other certificates a certificate can have announced before. */
const MAX_EARLIER = 20

const state = () => z.enum(['unconfirmed', 'open', 'vetoed', 'ended', 'revoked'])
const Renewal = lazyObject(() => ({
  client: integer,
  from: thumbprint,
  to: thumbprint,
  announcedAt: seconds,
  effectiveAt: seconds,
  endsAt: seconds,
  state: state(),
  /** The renewals of `from` that this one has replaced: their `to`, with the state at that time. */
  earlier: z.optional(z.record(z.string(), state())),
}))
/** An announced renewal, from one certificate of a client to one other (architecture, section 10). */
export type Renewal = Immutable<z.infer<typeof Renewal>>

/** A renewal that a client announces. */
export interface NewRenewal extends Omit<Renewal, 'state' | 'earlier'> {
  readonly service: number
  /** The end of the validity of `from`. The item stays until then, so that no announcement leads back. */
  readonly fromValidUntil: number
}

/** A part of the list of renewals. */
export interface RenewalPage {
  readonly renewals: readonly Renewal[]
  /** The next page begins behind it. `undefined` on the last page. */
  readonly last: string | undefined
}

/** Announced renewals, one item for each replaced certificate of a client. */
export class Renewals {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /** Strongly consistent. @param from at most 100 certificates. Only those with an announcement are in the result */
  async find(service: number, client: number, ...from: readonly Thumbprint[]): Promise<Renewal[]> {
    if (from.length === 0) return []
    // A batch, because some functions that authenticate clients have no right to make a single read.
    const items = await this.#table.findAll(from.map((each) => ({ id: renewalId(service, client, each) })))
    return items.flatMap((item) => (item === undefined ? [] : [readMembers(Renewal, item)]))
  }

  /**
   * Stores an announcement, which has no effect before `confirm`. The same announcement again changes nothing.
   *
   * @returns the stored renewal, or why it was not stored
   */
  async propose({ service, fromValidUntil, ...proposed }: NewRenewal): Promise<Renewal | ProposalFault> {
    const { client, from } = proposed
    let result: Renewal | ProposalFault = { ...proposed, state: 'unconfirmed' }
    await changeItem(this.#table, { id: renewalId(service, client, from) }, (item) => {
      result = afterProposal(item && readMembers(Renewal, item), proposed)
      if (typeof result === 'string' || result.state === 'open') return undefined
      return {
        ...result,
        ttl: addSeconds(Math.max(proposed.endsAt, fromValidUntil) as EpochSeconds, TTL_SLACK_SECONDS),
        holder: renewalHolder(service, client),
        held: renewalHeld(proposed),
      }
    })
    return result
  }

  /** Opens a proposed renewal, unless it has been ended or replaced since. @returns whether it is open */
  async confirm(service: number, { client, from, to, announcedAt }: Renewal): Promise<boolean> {
    let isOpen = false
    await this.change(service, client, from, (renewal) => {
      const isSame = renewal.to === to && renewal.announcedAt === announcedAt
      isOpen = isSame && (renewal.state === 'open' || renewal.state === 'unconfirmed')
      return isOpen && renewal.state === 'unconfirmed' ? { state: 'open' } : undefined
    })
    return isOpen
  }

  /** Changes a renewal. @returns the changed renewal, or `undefined` if there is none or it was not changed */
  async change(
    service: number,
    client: number,
    from: Thumbprint,
    change: (renewal: Renewal) => Partial<Renewal> | undefined,
  ): Promise<Renewal | undefined> {
    let changed: Renewal | undefined
    await changeItem(this.#table, { id: renewalId(service, client, from) }, (item) => {
      const renewal = item && readMembers(Renewal, item)
      const attributes = renewal && change(renewal)
      changed = attributes && { ...renewal, ...attributes }
      return attributes
    })
    return changed
  }

  /** Ends a renewal because one of its certificates is revoked, unless it has ended. */
  async endRevoked(service: number, { client, from }: Renewal): Promise<void> {
    await this.change(service, client, from, (renewal) =>
      isPending(renewal) ? { state: 'revoked' } : undefined,
    )
  }

  /**
   * The renewal of a client from a certificate, also if it is over, and those to it that are not over or that a revocation has ended, so that
   * a revocation can be repeated. That from it is strongly consistent. Those to it are found by the index, which may lag behind: if one is
   * missed, its new certificate is refused wherever it is presented.
   */
  async about(service: number, client: number, certificate: Thumbprint): Promise<Renewal[]> {
    const from = await this.find(service, client, certificate)
    const { renewals } = await this.ofClient(service, client, BATCH)
    const to = renewals.filter((renewal) => renewal.to === certificate && isEndedByRevocation(renewal))
    return [...from, ...to]
  }

  /** The registered certificate from which an announcement leads to the presented one. */
  async leadTo(
    { service, client, thumbprint: to }: Presented,
    registered: readonly Thumbprint[],
    now: EpochSeconds,
  ): Promise<Thumbprint | undefined> {
    const renewals = await this.find(service, client, ...registered.slice(0, BATCH))
    return renewals.find((renewal) => judgeRenewal(renewal, { from: renewal.from, to }, now) === 'leads')
      ?.from
  }

  /** The renewals of a client, the latest first. */
  async ofClient(service: number, client: number, size: number, after = ''): Promise<RenewalPage> {
    const [holder, prefix] = [renewalHolder(service, client), renewalsOfClient(client)]
    const keys = await this.#table.queryIndexPart('listing', { holder }, after === '' ? prefix : after, size)
    const own = keys.filter(({ held }) => String(held).startsWith(prefix))
    return this.#page(own, size)
  }

  /** The renewals of all clients, by client, the latest first. */
  async ofService(service: number, size: number, after = ''): Promise<RenewalPage> {
    return this.#page(await firstKeys(this.#table, renewalHolders(service), after, size), size)
  }

  async #page(keys: readonly Item[], size: number): Promise<RenewalPage> {
    const items = await findItems(
      this.#table,
      keys.map(({ id }) => String(id)),
    )
    return {
      renewals: items.flatMap((item) => (item === undefined ? [] : [readMembers(Renewal, item)])),
      last: lastOf(keys, size),
    }
  }
}

interface Presented {
  readonly service: number
  readonly client: number
  readonly thumbprint: Thumbprint
}

/**
 * Why an announcement is not stored: management has vetoed it, another certificate is open for the present one, or too many were announced
 * before.
 */
type ProposalFault = 'vetoed' | 'taken' | 'too-many'

/** The renewal after an announcement. The item remembers the certificates that were announced before, because a thief may have announced them. */
function afterProposal(
  before: Renewal | undefined,
  proposed: Omit<NewRenewal, 'service' | 'fromValidUntil'>,
): Renewal | ProposalFault {
  const { to, announcedAt: now } = proposed
  if (before?.state === 'open' && now < before.endsAt) return before.to === to ? before : 'taken'
  const earlier = remembered(before)
  if (earlier[to] === 'vetoed') return 'vetoed'
  const announced = Object.keys(earlier)
  if (announced.filter((each) => each !== to).length > MAX_EARLIER) return 'too-many'
  return { ...proposed, state: 'unconfirmed', earlier: announced.length === 0 ? undefined : earlier }
}

/** The certificates that the next renewal remembers. One that was not confirmed replaces nothing that is known of its certificate, which may have been open before. */
function remembered(before: Renewal | undefined): NonNullable<Renewal['earlier']> {
  const isConfirmed = before !== undefined && before.state !== 'unconfirmed'
  return { ...before?.earlier, ...(isConfirmed && { [before.to]: before.state }) }
}

/** Whether a revocation of one of its certificates would end the renewal. */
export function isPending({ state }: Renewal): boolean {
  return state === 'open' || state === 'unconfirmed'
}

/** Whether a revocation of one of its certificates ends or has ended the renewal. */
export function isEndedByRevocation(renewal: Renewal): boolean {
  return isPending(renewal) || renewal.state === 'revoked'
}
