import type { Der } from '../../certificate/pem.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import type { Service } from '../service.ts'
import type { Table } from '../table.ts'
import type { Cache } from '../cache.ts'
import { eachInParallel } from '../in-parallel.ts'
import { openLists } from '../lists/lists.ts'
import type { Lists } from './listed.ts'
import { RevokedCopies } from './copies.ts'
import { type CertificateMemory, CertificatesInUse, type CertifiedClient } from './in-use.ts'
import { isBeforeDate, isNotedBeforeDate } from './issuer-dates.ts'
import { type NamedCertificate, nameOf } from './names.ts'
import { MoreRevoked } from './more-revoked.ts'
import { NoteLists } from './note-lists.ts'
import { CertificateNotes } from './notes.ts'
import { type Renewal, Renewals } from './renewals.ts'
import { type Revocation, type RevocationBySource, Revocations } from './revocations.ts'

const CLIENTS_AT_ONCE = 20

interface Revoke extends Revocation {
  readonly service: number
  readonly named: NamedCertificate
  /** Whether every token of the service that is bound to a certificate has a note. Only then does a note show the end of the tokens. */
  readonly notedFromStart: boolean
  readonly now: EpochSeconds
}

/** A revocation that the registry has. */
type Copy = Pick<Revoke, 'service' | 'named' | 'clients' | 'notedFromStart' | 'now'>

interface Lift {
  readonly service: number
  readonly named: NamedCertificate
  readonly source: string
  /** Further clients, besides those with a note and those that were named by the revocation. */
  readonly clients: readonly number[]
}

/** The certificates and clients that a revocation concerns. */
export interface Concerned {
  readonly thumbprints: readonly Thumbprint[]
  readonly clients: readonly number[]
}

/** `Concerned` with the renewals of the certificates. */
export interface ConcernedWithRenewals extends Concerned {
  readonly renewals: readonly Renewal[]
}

/** Notes, revocations and renewals of certificates (architecture, sections 9 and 10). */
export class Certificates {
  readonly notes: CertificateNotes
  readonly revocations: Revocations
  readonly lists: NoteLists
  readonly renewals: Renewals
  /** That of the notes, for `EndingCertificates`, which few processes load. */
  readonly table: Table
  readonly inUse: CertificatesInUse
  readonly moreRevoked: MoreRevoked
  readonly certificateLists: Lists
  readonly copies: RevokedCopies

  /** @param cache that of the registry */
  constructor(registry: Table, grants: Table, memory: CertificateMemory, cache: Cache) {
    this.certificateLists = openLists(registry, cache)
    this.notes = new CertificateNotes(grants)
    this.revocations = new Revocations(registry, this.certificateLists)
    this.lists = new NoteLists(grants)
    this.renewals = new Renewals(grants)
    this.table = grants
    this.inUse = new CertificatesInUse(memory, this.notes, this.revocations, this.certificateLists)
    this.moreRevoked = new MoreRevoked(grants)
    this.copies = new RevokedCopies(grants, grants.newAttempt)
  }

  /**
   * Revokes a certificate. The revocation is written before the notes are read, so a process that is about to issue a token for the first
   * time sees the one, or is seen by the other. A process that is about to open an announced renewal does so, too. It can be repeated, also
   * after a failure.
   *
   * @returns with the renewals that it has ended, now or when it was called before
   */
  async revoke({ notedFromStart, now, ...revoked }: Revoke): Promise<ConcernedWithRenewals> {
    const { service, named, ...revocation } = revoked
    await this.revocations.put(service, named, revocation)
    return this.copy({ service, named, clients: revocation.clients, notedFromStart, now })
  }

  /** Writes a revocation into the states of the clients that have a note of the certificate, and of the named ones. */
  async copy({
    service,
    named,
    clients: further,
    notedFromStart,
    now,
  }: Copy): Promise<ConcernedWithRenewals> {
    const concerned = await this.#concerned(service, named, further)
    for (const { thumbprint, clients } of concerned) {
      await eachInParallel(CLIENTS_AT_ONCE, clients, async (client) => {
        const end = notedFromStart ? await this.#endOf(service, client, thumbprint) : 0
        await this.copies.add(service, client, thumbprint, end, now)
      })
    }
    const renewals = await this.#renewalsOf(service, concerned)
    for (const renewal of renewals) await this.renewals.endRevoked(service, renewal)
    return { ...summary(concerned), renewals }
  }

  /**
   * Lifts the hold of a source. A certificate that another source has revoked stays revoked. It can be repeated, also after a failure.
   *
   * @returns `hold` is `undefined` if the source has no hold on the certificate
   */
  async lift({
    service,
    named,
    source,
    clients: further,
  }: Lift): Promise<Concerned & { readonly hold: RevocationBySource | undefined }> {
    const hold = await this.revocations.removeHold(service, named, source)
    const concerned = await this.#concerned(service, named, [...further, ...(hold?.clients ?? [])])
    for (const { thumbprint, issued, clients } of concerned) {
      const isRevoked = async () =>
        (await this.revocations.ofCertificate(service, { thumbprint, issued })).length > 0
      await eachInParallel(CLIENTS_AT_ONCE, clients, (client) =>
        this.copies.removeUnless(isRevoked, service, client, thumbprint),
      )
    }
    return { ...summary(concerned), hold }
  }

  /**
   * Whether a certificate was issued before the date of its issuer.
   *
   * @param certificate if absent, the note of the client is read. A missing note counts as revoked
   */
  async isBeforeDate(
    { service, client, thumbprint }: CertifiedClient,
    certificate: Der | undefined,
    dates: Service['clientCertificatesNotBefore'],
  ): Promise<boolean> {
    return certificate === undefined
      ? isNotedBeforeDate(await this.notes.find(service, client, thumbprint), dates)
      : isBeforeDate(certificate, dates)
  }

  /** The certificates with this name, and the clients and renewals that a revocation would concern. */
  async find({ service, named, clients }: Omit<Lift, 'source'>): Promise<ConcernedWithRenewals> {
    const concerned = await this.#concerned(service, named, clients)
    return { ...summary(concerned), renewals: await this.#renewalsOf(service, concerned) }
  }

  /** The renewals from these certificates, and those to them that are not over. */
  async #renewalsOf(
    service: number,
    concerned: readonly { readonly thumbprint: Thumbprint; readonly clients: readonly number[] }[],
  ): Promise<Renewal[]> {
    const found: Renewal[] = []
    for (const { thumbprint, clients } of concerned)
      await eachInParallel(CLIENTS_AT_ONCE, clients, async (client) => {
        found.push(...(await this.renewals.about(service, client, thumbprint)))
      })
    return found
  }

  /** The certificates with this name, and the clients that have a note of them. @param further clients that have none */
  async #concerned(service: number, named: NamedCertificate, further: readonly number[]) {
    const thumbprints =
      'thumbprint' in named ? [named.thumbprint] : await this.notes.thumbprints(service, named)
    return Promise.all(
      thumbprints.map(async (thumbprint) => {
        const { clients, issued } = await this.notes.holders(service, thumbprint)
        const all = [...new Set([...clients, ...further])]
        for (const client of all) this.inUse.forget({ service, client, thumbprint })
        return { thumbprint, issued, clients: all }
      }),
    )
  }

  /** The time after which a revoked certificate need not be remembered for a client. 0 if it is unknown. */
  async #endOf(service: number, client: number, thumbprint: Thumbprint): Promise<number> {
    const note = await this.notes.find(service, client, thumbprint)
    return note?.validUntil === undefined ? 0 : Math.max(note.validUntil, note.until)
  }
}

/**
 * The certificates that a revoked one has announced, at any time. Its thief may have done so.
 *
 * @param revoked those that are revoked anyway, which are left out
 */
export function announcedBy(
  { thumbprints, renewals }: ConcernedWithRenewals,
  revoked: readonly NamedCertificate[],
): NamedCertificate[] {
  const known = new Set(revoked.map(nameOf))
  const announced = renewals
    .filter(({ from }) => thumbprints.includes(from))
    .flatMap(({ to, earlier }) => [to, ...(Object.keys(earlier ?? {}) as Thumbprint[])])
  return [...new Set(announced)].filter((to) => !known.has(to)).map((thumbprint) => ({ thumbprint }))
}

function summary(
  concerned: readonly { readonly thumbprint: Thumbprint; readonly clients: readonly number[] }[],
): Concerned {
  return {
    thumbprints: concerned.map(({ thumbprint }) => thumbprint),
    clients: [...new Set(concerned.flatMap(({ clients }) => clients))],
  }
}
