import { BoundedMap } from '../../bounded-map.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { ClientState } from '../grant.ts'
import type { Table } from '../table.ts'
import { readOverflow } from './copies.ts'
import { overflowId } from './names.ts'

const REMEMBERED_ITEMS = 1_000

interface Known {
  readonly version: string
  readonly revoked: Readonly<Record<string, number>>
}

/** The revoked certificates that the state of a client has no room for. Each process reads an item once for each version of the state. */
export class MoreRevoked {
  readonly #table: Table
  readonly #known = new BoundedMap<string, Known>(REMEMBERED_ITEMS)

  constructor(table: Table) {
    this.#table = table
  }

  /** Completes a state with respect to some certificates. */
  async complete(
    state: ClientState,
    { service, client }: { readonly service: number; readonly client: number },
    certificates: readonly (Thumbprint | undefined)[],
  ): Promise<ClientState> {
    const { moreRevoked: version, revoked = {} } = state
    const missing = certificates.filter((each) => each !== undefined && revoked[each] === undefined)
    const ids = new Set(missing.map((each) => overflowId(service, client, each as Thumbprint)))
    if (version === undefined || ids.size === 0) return state
    const found = await Promise.all([...ids].map((id) => this.#read(id, version)))
    return { ...state, revoked: Object.assign({}, ...found, revoked) as Record<string, number> }
  }

  async #read(id: string, version: string): Promise<Known['revoked']> {
    const known = this.#known.get(id)
    if (known?.version === version) return known.revoked
    // A batch, because introspection has no right to make a single read.
    const [item] = await this.#table.findAll([{ id }])
    const revoked = item === undefined ? {} : readOverflow(item)
    this.#known.set(id, { version, revoked })
    return revoked
  }
}
