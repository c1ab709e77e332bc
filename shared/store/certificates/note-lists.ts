import { readMembers } from '../item.ts'
import type { Table } from '../table.ts'
import { BATCH, findItems, firstKeys, lastOf } from './listed-items.ts'
import { hasUnknownIssuer, noteId, notesHolder, serviceHolders } from './names.ts'
import { Holders, Note } from './note-items.ts'

/** A part of a list, sorted by the end of the validity. */
export interface NotePage {
  readonly notes: readonly Note[]
  /** The next page begins behind it. `undefined` on the last page. */
  readonly last: string | undefined
}

/** Lists notes for people. The index may lag behind, so a certificate of this moment may be missing. No decision uses the lists. */
export class NoteLists {
  readonly #table: Table

  constructor(table: Table) {
    this.#table = table
  }

  async ofClient(service: number, client: number, size: number, after = ''): Promise<NotePage> {
    const holder = notesHolder(service, client)
    const keys = await this.#table.queryIndexPart('listing', { holder }, after, size)
    return { notes: await this.#read(keys.map(({ id }) => String(id))), last: lastOf(keys, size) }
  }

  /** All certificates of a service. @param size the number of certificates. Each client of a certificate has a note of it */
  async ofService(service: number, size: number, after = ''): Promise<NotePage> {
    const keys = await firstKeys(this.#table, serviceHolders(service), after, size)
    const items = await findItems(
      this.#table,
      keys.map(({ id }) => String(id)),
    )
    const ids = keys.flatMap(({ held }, index) => {
      const thumbprint = String(held).split('.')[1] as Note['thumbprint']
      const item = items[index]
      const { clients } = item === undefined ? { clients: [] } : readMembers(Holders, item)
      return clients.map((client) => noteId(service, client, thumbprint))
    })
    return { notes: await this.#read(ids), last: lastOf(keys, size) }
  }

  /** The number of certificates whose issuer is unknown. */
  async countUnknownIssuers(service: number): Promise<number> {
    const parts = await Promise.all(
      serviceHolders(service).map((holder) => this.#table.queryIndex('listing', { holder })),
    )
    return parts.flat().filter(({ held }) => hasUnknownIssuer(String(held))).length
  }

  /** Deletes notes of a client, at most one page of them. @returns whether there may be others */
  async eraseSome(service: number, client: number): Promise<boolean> {
    const holder = notesHolder(service, client)
    const keys = await this.#table.queryIndexPart('listing', { holder }, '', BATCH)
    await Promise.all(
      keys.map(async ({ id }) => {
        const key = { id: String(id) }
        await this.#table.remove(key, key)
      }),
    )
    return keys.length === BATCH
  }

  async #read(ids: readonly string[]): Promise<Note[]> {
    const items = await findItems(this.#table, ids)
    return items.flatMap((item) => (item === undefined ? [] : [readMembers(Note, item)]))
  }
}
