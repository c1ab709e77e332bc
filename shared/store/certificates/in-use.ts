import { isDeepStrictEqual } from 'node:util'
import type { BoundedMap } from '../../bounded-map.ts'
import type { ReadCertificate } from '../../certificate/presented.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import type { Cache } from '../cache.ts'
import type { Client } from '../client.ts'
import type { ListSource } from '../lists/sources.ts'
import type { Service } from '../service.ts'
import { authoritiesOf } from './authorities.ts'
import { isBeforeDate } from './issuer-dates.ts'
import { type KnownCertificate, knowCertificate } from './known-certificate.ts'
import { listIssuers, type Lists } from './listed.ts'
import type { CertificateNotes } from './notes.ts'
import type { Revocations } from './revocations.ts'

/** A certificate of a client. */
export interface CertifiedClient {
  readonly service: number
  readonly client: number
  readonly thumbprint: Thumbprint
}

/** The key of a certificate of a client in the memory of a process. */
function cacheKeyOf({ service, client, thumbprint }: CertifiedClient): string {
  return `${service} ${client} ${thumbprint}`
}

/** A certificate that came with a request, and the settings that name CAs. */
interface Presented {
  readonly certificate: ReadCertificate
  readonly service: Service
  readonly client: Client
}

/** A token that is about to be bound to a certificate. */
export interface NewBinding extends CertifiedClient {
  /** The end of the last token. */
  readonly end: EpochSeconds
  readonly now: EpochSeconds
  /** Absent if the request has only the thumbprint. Then the note has no names. */
  readonly presented: Presented | undefined
  /** Whether the service notes certificates. */
  readonly isNoted: boolean
}

interface ConfirmedNote {
  /** The known CAs, if none of them is the issuer of the certificate. With others, its issuer may be known. */
  readonly authorities: readonly string[] | undefined
  readonly until: EpochSeconds
  readonly freshUntil: number
  readonly isPresented: boolean
}

/** The notes and revocations that a process has read. All requests of the process share it. */
export interface CertificateMemory {
  readonly notes: BoundedMap<string, ConfirmedNote>
  readonly revocations: Cache
  readonly random: (bytes: number) => Buffer
}

const DAY_SECONDS = 86_400

/** The source of a revocation of all certificates of an issuer before a date: the setting. */
const BY_DATE = 'clientCertificatesNotBefore'

/** Finds revocations, and writes notes, of certificates that requests present. A warm process makes no call of the store. */
export class CertificatesInUse {
  readonly #memory: CertificateMemory
  readonly #notes: CertificateNotes
  readonly #revocations: Revocations
  readonly #lists: Lists

  constructor(memory: CertificateMemory, notes: CertificateNotes, revocations: Revocations, lists: Lists) {
    this.#memory = memory
    this.#notes = notes
    this.#revocations = revocations
    this.#lists = lists
  }

  /**
   * The source of a revocation of a certificate. It may be as old as the cache of the registry.
   *
   * @param presented absent if only the thumbprint is known
   * @returns `undefined` if the certificate is not revoked
   */
  async findRevocation(
    certified: CertifiedClient,
    presented: Presented | undefined,
  ): Promise<string | undefined> {
    const dates = presented?.service.clientCertificatesNotBefore ?? []
    if (presented !== undefined && isBeforeDate(presented.certificate.der, dates)) return BY_DATE
    const key = revocationsKey(certified, presented !== undefined)
    const found = await this.#memory.revocations.remember(key, async () => {
      const { names } = await this.#know(certified, presented, await this.#lists.sources.find())
      return this.#revocations.ofCertificate(certified.service, names)
    })
    return found?.[0]?.source
  }

  /**
   * Writes the note of a certificate if this process has not confirmed it, and then reads the revocations (architecture, section 9).
   *
   * @returns the source of a revocation, because of which the token must not be issued
   * @throws StoreUnavailable. Then the token must not be issued either
   */
  async confirm(binding: NewBinding): Promise<string | undefined> {
    if (binding.isNoted) await this.#confirmNote(binding)
    return this.findRevocation(binding, binding.presented)
  }

  /** Makes the client known as a holder, so that a revocation finds it, also if the certificate has no tokens yet. */
  async hold({ presented, ...binding }: NewBinding): Promise<void> {
    if (!binding.isNoted) return
    const known = await this.#know(binding, presented, await this.#lists.sources.find())
    await this.#notes.hold({ ...binding, ...known, staleAfterSeconds: 0, checkedFrom: 0 })
  }

  /** `findRevocation`, strongly consistent: it reads after every write that was done before the call. */
  findRevocationNow(certified: CertifiedClient, presented: Presented): Promise<string | undefined> {
    this.forget(certified)
    return this.findRevocation(certified, presented)
  }

  /** The next request reads the revocations of a certificate again. */
  forget(certified: CertifiedClient): void {
    for (const isPresented of [true, false])
      this.#memory.revocations.forget(revocationsKey(certified, isPresented))
  }

  async #confirmNote({ presented, ...binding }: NewBinding): Promise<void> {
    const key = cacheKeyOf(binding)
    const listed = await this.#lists.sources.find()
    const noted = this.#memory.notes.get(key)
    const isEnough = noted !== undefined && noted.until >= binding.end && binding.now < noted.freshUntil
    const isPresented = presented !== undefined
    const authorities = () => presented && knownAuthorities(presented, listed)
    const isIssuerSettled =
      noted?.authorities === undefined || isDeepStrictEqual(noted.authorities, authorities())
    if (isEnough && (!isPresented || (noted.isPresented && isIssuerSettled))) return
    const staleAfterSeconds = this.#drawStaleness()
    const checkedFrom = Math.max(
      0,
      ...listed.map((each) => each.knownFrom).filter((from) => from <= binding.now),
    )
    const known = await this.#know(binding, presented, listed)
    const use = { ...binding, ...known, staleAfterSeconds, checkedFrom }
    const { until, lastSeen, issuer } = await this.#notes.write(use)
    // Revocations that were read before this moment may miss one that has not found the note.
    this.forget(binding)
    this.#memory.notes.set(key, {
      ...{ until, freshUntil: lastSeen + staleAfterSeconds, isPresented },
      authorities: issuer === undefined ? authorities() : undefined,
    })
  }

  /** A note is written again one to two days after the last time. Each process draws the second day, so that they do not write at once. */
  #drawStaleness(): number {
    return DAY_SECONDS + (this.#memory.random(4).readUInt32BE() % DAY_SECONDS)
  }

  /** If only the thumbprint is known, another request, or another client, may have presented the certificate. */
  async #know(
    { service, thumbprint }: CertifiedClient,
    presented: Presented | undefined,
    sources: readonly ListSource[],
  ): Promise<KnownCertificate> {
    if (presented === undefined) {
      const { issued } = await this.#notes.holders(service, thumbprint)
      return { names: { thumbprint, issued } }
    }
    return knowCertificate(presented.certificate, knownAuthorities(presented, sources))
  }
}

/**
 * The key of the revocations of a certificate in the memory of a process. A request with only the thumbprint may not find the serial number, so it
 * decides nothing for one that presents the certificate.
 */
function revocationsKey(certified: CertifiedClient, isPresented: boolean): string {
  return `${cacheKeyOf(certified)}${isPresented ? ' presented' : ''}`
}

function knownAuthorities({ service, client }: Presented, sources: readonly ListSource[]): readonly string[] {
  return [...authoritiesOf(service, client), ...listIssuers(sources)]
}
