import { addSeconds, type EpochSeconds } from '../../epoch-seconds.ts'
import { lazyObject } from '../../lazy-object.ts'
import { readMembers } from '../item.ts'
import { integer } from '../member-types.ts'
import type { Table } from '../table.ts'
import { TTL_SLACK_SECONDS } from '../time-to-live.ts'
import { changeItem } from './change-item.ts'
import { BATCH, findItems } from './listed-items.ts'
import { heldAt, heldOf, noteId, noticesId, notesHolder, serviceHolders } from './names.ts'
import { Holders, Note } from './note-items.ts'

const DAY_SECONDS = 86_400

/** The days before the end of a certificate with a notice. */
const NOTICE_DAYS = [1, 7, 14, 30] as const
const FIRST_NOTICE = Math.max(...NOTICE_DAYS)

/** The day of the last run that gave all notices of a service, in days since 1970. */
const Notices = lazyObject(() => ({ day: integer }))

/** A certificate in use whose client has no newer one. */
export interface EndingCertificate {
  readonly note: Note
  /** Days from today until the day on which the validity ends, in UTC. */
  readonly days: number
}

/** The notices of a certificate. A short one has few: its validity is at least four times as long as the time before its end. */
function noticesOf({ validFrom, validUntil }: Pick<Note, 'validFrom' | 'validUntil'>): readonly number[] {
  const validity = (validUntil ?? 0) - (validFrom ?? Infinity)
  return NOTICE_DAYS.filter((days) => validity >= 4 * days * DAY_SECONDS)
}

/** Finds certificates in use that end soon, by the index, which may lag behind. No decision uses it. */
export class EndingCertificates {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  /**
   * The certificates of a service for which a notice has become due since the last call of `endNotices`. After some days a certificate may
   * have passed several notices: it is found once, for the last of them.
   */
  async noticesDue(service: number, now: EpochSeconds): Promise<EndingCertificate[]> {
    const item = await this.#table.find({ id: noticesId(service) })
    const passed = item === undefined ? Infinity : dayOf(now) - readMembers(Notices, item).day
    const found = await Promise.all(
      NOTICE_DAYS.map(async (days, i) => {
        // Nearer to the end, the next notice takes the place of this one.
        const nearest = NOTICE_DAYS[i - 1] ?? -1
        const ending = await this.#endingIn(service, now, Math.max(nearest, days - passed) + 1, days + 1)
        return ending.filter(({ note }) => noticesOf(note).includes(days))
      }),
    )
    return found.flat()
  }

  /** Stores that all notices until this day were given. */
  async endNotices(service: number, now: EpochSeconds): Promise<void> {
    // After this time every notice is due again, as without the item.
    const ttl = addSeconds(now, FIRST_NOTICE * DAY_SECONDS + TTL_SLACK_SECONDS)
    await changeItem(this.#table, { id: noticesId(service) }, (item) => {
      const isOver = item !== undefined && readMembers(Notices, item).day >= dayOf(now)
      return isOver ? undefined : { day: dayOf(now), ttl }
    })
  }

  /** The certificates of a service after their first notice, the one that ends first in front. */
  async soon(service: number, now: EpochSeconds): Promise<EndingCertificate[]> {
    const found = await this.#endingIn(service, now, 0, FIRST_NOTICE + 1)
    return found.filter(({ note, days }) => days <= Math.max(...noticesOf(note)))
  }

  /** @param from days after today. The validity ends on this day or later, but not before now, and before the day `until` */
  async #endingIn(
    service: number,
    now: EpochSeconds,
    from: number,
    until: number,
  ): Promise<EndingCertificate[]> {
    const today = dayOf(now)
    const start = heldAt(Math.max((today + from) * DAY_SECONDS, now))
    const end = heldAt((today + until) * DAY_SECONDS)
    if (start >= end) return []
    const ids: string[] = []
    for (const holder of serviceHolders(service)) {
      let after = start
      for (let isMore = true; isMore;) {
        const keys = await this.#table.queryIndexPart('listing', { holder }, after, BATCH)
        const ending = keys.filter(({ held }) => String(held) < end)
        ids.push(...ending.map(({ id }) => String(id)))
        isMore = ending.length === BATCH
        after = String(keys.at(-1)?.['held'])
      }
    }
    const found: EndingCertificate[] = []
    for (const note of await this.#notesOf(service, ids)) {
      if (note.validUntil === undefined || (await this.#hasNewer(service, note))) continue
      found.push({ note, days: dayOf(note.validUntil) - today })
    }
    return found.sort((a, b) => a.days - b.days)
  }

  /** The notes of all clients of some certificates. @param ids those of items with holders */
  async #notesOf(service: number, ids: readonly string[]): Promise<Note[]> {
    const notes = (await this.#findAll(ids)).flatMap((item) => {
      const [, , thumbprint = ''] = String(item['id']).split('.')
      const { clients } = readMembers(Holders, item)
      return clients.map((client) => noteId(service, client, thumbprint as Note['thumbprint']))
    })
    return (await this.#findAll(notes)).map((item) => readMembers(Note, item))
  }

  /** Whether the client uses a certificate that ends later. */
  async #hasNewer(service: number, { client, thumbprint, validUntil }: Note): Promise<boolean> {
    const holder = notesHolder(service, client)
    const [next] = await this.#table.queryIndexPart('listing', { holder }, heldOf(thumbprint, validUntil), 1)
    // Certificates whose end is unknown come last.
    return next !== undefined && String(next['held']) < heldOf('' as Note['thumbprint'], undefined)
  }

  async #findAll(ids: readonly string[]) {
    return (await findItems(this.#table, ids)).filter((item) => item !== undefined)
  }
}

function dayOf(seconds: number): number {
  return Math.floor(seconds / DAY_SECONDS)
}
