import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import type { Immutable } from '../../immutable.ts'
import { readMembers } from '../item.ts'
import { integer, seconds, string } from '../member-types.ts'
import { REVOCATION_REASONS } from '../../certificate/revocation-reason.ts'
import type { Table } from '../table.ts'
import { changeItem } from './change-item.ts'
import type { Item } from '../../dynamodb/dynamodb.ts'
import { listedRevocations, type Lists } from './listed.ts'
import {
  type CertificateNames,
  type NamedCertificate,
  nameOf,
  namesOf,
  readName,
  REVOCATION_PARTITIONS,
  revocationKey,
  revocationPartition,
} from './names.ts'

/** The source of the revocations that management makes. Every other source is a revocation list. */
export const OPERATOR = 'operator'

const BySource = lazyObject(() => ({
  reason: z.enum(REVOCATION_REASONS),
  revokedAt: seconds,
  /** Clients that the call has named. Clients with a note need not be named. */
  clients: z._default(z.array(integer), []),
}))
export type RevocationBySource = Immutable<z.output<typeof BySource>>

const Stored = lazyObject(() => ({ sources: z.record(string, BySource) }))
type Sources = Immutable<z.output<typeof Stored>>['sources']

/** A revocation of one source. */
export interface Revocation extends RevocationBySource {
  readonly source: string
}

/** A name, with its revocations. */
export interface RevokedName {
  readonly named: NamedCertificate
  readonly revocations: readonly Revocation[]
}

export interface RevocationPage {
  readonly revoked: readonly RevokedName[]
  /** The next page begins behind it. `undefined` on the last page. */
  readonly last: string | undefined
}

/** The revocations in the registry. Each source has its own for a certificate. */
export class Revocations {
  readonly #table: Table
  readonly #lists: Lists

  constructor(table: Table, lists: Lists) {
    this.#table = table
    this.#lists = lists
  }

  async find(service: number, named: NamedCertificate): Promise<Revocation[]> {
    const item = await this.#table.find({ ...revocationKey(service, nameOf(named)) })
    return item === undefined ? [] : revocationsIn(item)
  }

  /**
   * The revoked names of a service in the order of the store.
   *
   * @param after the `last` of the page before
   */
  async list(service: number, size: number, after = '0:'): Promise<RevocationPage> {
    const revoked: RevokedName[] = []
    let [partition, name] = [Number(after.split(':')[0]), after.slice(after.indexOf(':') + 1)]
    while (partition < REVOCATION_PARTITIONS) {
      const pk = revocationPartition(service, partition)
      const items = await this.#table.queryFirst({ pk }, size, name === '' ? undefined : { pk, sk: name })
      for (const item of items) {
        name = String(item['sk'])
        const revocations = revocationsIn(item)
        if (revocations.length > 0) revoked.push({ named: readName(name), revocations })
        if (revoked.length === size) return { revoked, last: `${partition}:${name}` }
      }
      if (items.length === 0) [partition, name] = [partition + 1, '']
    }
    return { revoked, last: undefined }
  }

  /** The names of all items of a service, those without a revocation included. It reads no revocation, so none can be damaged. */
  async *names(service: number): AsyncGenerator<NamedCertificate> {
    for (let partition = 0; partition < REVOCATION_PARTITIONS; partition++) {
      const pk = revocationPartition(service, partition)
      for (const { sk } of await this.#table.query({ pk })) yield readName(String(sk))
    }
  }

  /** Removes a revoked name. Only the deletion of its service may do so. */
  async erase(service: number, named: NamedCertificate): Promise<void> {
    await this.#table.erase({ ...revocationKey(service, nameOf(named)) })
  }

  /** All revocations of a certificate, by each of its names, and in each list. An empty result means that it is not revoked. */
  async ofCertificate(service: number, certificate: CertificateNames): Promise<Revocation[]> {
    const { issued } = certificate
    const found = await Promise.all([
      ...namesOf(certificate).map((named) => this.find(service, named)),
      ...(issued === undefined ? [] : [listedRevocations(this.#lists, issued)]),
    ])
    return found.flat()
  }

  /** A hold never replaces a revocation of its source, which is final. The clients of both calls stay. */
  put(service: number, named: NamedCertificate, { source, ...given }: Revocation): Promise<boolean> {
    return this.#change(service, named, (sources) => {
      const before = sources[source]
      const isFinal = before !== undefined && before.reason !== 'certificateHold'
      const clients = [...new Set([...(before?.clients ?? []), ...given.clients])]
      const kept = isFinal ? before : { ...given, revokedAt: before?.revokedAt ?? given.revokedAt }
      return { ...sources, [source]: { ...kept, clients } }
    })
  }

  /** Removes the hold of a source. @returns the removed hold, or `undefined` if there is none */
  async removeHold(
    service: number,
    named: NamedCertificate,
    source: string,
  ): Promise<RevocationBySource | undefined> {
    let removed: RevocationBySource | undefined
    await this.#change(service, named, ({ [source]: held, ...others }) => {
      removed = held?.reason === 'certificateHold' ? held : undefined
      return removed && others
    })
    return removed
  }

  /** An item without a source stays, because two processes may change it at once. */
  #change(
    service: number,
    named: NamedCertificate,
    change: (sources: Sources) => Sources | undefined,
  ): Promise<boolean> {
    return changeItem(this.#table, { ...revocationKey(service, nameOf(named)) }, (item) => {
      const sources = change(item === undefined ? {} : readMembers(Stored, item).sources)
      return sources && { sources }
    })
  }
}

function revocationsIn(item: Item): Revocation[] {
  const { sources } = readMembers(Stored, item)
  return Object.entries(sources).map(([source, stored]) => ({ source, ...stored }))
}
