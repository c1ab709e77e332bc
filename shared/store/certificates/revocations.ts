import * as z from 'zod/mini'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import type { Immutable } from '../../immutable.ts'
import { readMembers } from '../item.ts'
import type { Table } from '../table.ts'
import { changeItem } from './change-item.ts'
import { type CertificateNames, type NamedCertificate, nameOf, namesOf, revocationKey } from './names.ts'

/** RFC 5280 section 5.3.1, without `removeFromCRL`, which ends a revocation. */
const REVOCATION_REASONS = [
  ...(['unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded'] as const),
  ...(['cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'] as const),
] as const
export type RevocationReason = (typeof REVOCATION_REASONS)[number]

const BySource = z.object({
  reason: z.enum(REVOCATION_REASONS),
  revokedAt: z.int() as unknown as z.ZodMiniType<EpochSeconds>,
  /** Clients that the call has named. Clients with a note need not be named. */
  clients: z._default(z.array(z.int()), []),
})
export type RevocationBySource = Immutable<z.output<typeof BySource>>

const Stored = z.object({ sources: z.record(z.string(), BySource) })
type Sources = Immutable<z.output<typeof Stored>>['sources']

/** A revocation of one source. */
export interface Revocation extends RevocationBySource {
  readonly source: string
}

/** The revocations in the registry. Each source has its own for a certificate. */
export class Revocations {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  async find(service: number, named: NamedCertificate): Promise<Revocation[]> {
    const item = await this.#table.find({ ...revocationKey(service, nameOf(named)) })
    return revocationsIn(item === undefined ? {} : readMembers(Stored, item).sources)
  }

  /** All revocations of a certificate, by each of its names. An empty list means that it is not revoked. */
  async ofCertificate(service: number, certificate: CertificateNames): Promise<Revocation[]> {
    return (await Promise.all(namesOf(certificate).map((named) => this.find(service, named)))).flat()
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

function revocationsIn(sources: Sources): Revocation[] {
  return Object.entries(sources).map(([source, stored]) => ({ source, ...stored }))
}
