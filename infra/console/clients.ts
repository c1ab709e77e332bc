import { type Members, requireDone } from './web-api.ts'
import type { ConsoleRequest } from './page.ts'

/** The clients that a page of the console has read. */
export interface Clients {
  readonly list: readonly Members[]
  /** The page token of the clients that were not read. It is absent if there are no more. */
  readonly next: string | undefined
}

/** The limit of clients for one page of the console, so that the page loads in seconds. */
const MAX_CLIENTS = 2000
/** The maximum number of clients in one answer of the Web API. */
const PAGE_SIZE = 100

/**
 * Reads the clients of the service, in the order of their IDs as text.
 *
 * @param search a part of the name, alias or ID; if empty, all clients are read
 * @param from a page token; if empty, reading begins at the first client
 */
export async function readClients({ api }: ConsoleRequest, search = '', from = ''): Promise<Clients> {
  const list: Members[] = []
  let next: string | undefined = from
  // One call of a search examines 1,000 clients and may find none of them.
  for (let calls = 0; calls < MAX_CLIENTS / PAGE_SIZE && next !== undefined; calls++) {
    const asked = { pageSize: String(PAGE_SIZE), search, pageToken: next }
    const given = Object.entries(asked).filter(([, text]) => text !== '')
    const { clients, nextPageToken } = requireDone(
      await api.get('/client/get/list', Object.fromEntries(given)),
    )
    list.push(...(Array.isArray(clients) ? (clients as Members[]) : []))
    next = typeof nextPageToken === 'string' ? nextPageToken : undefined
  }
  return { list, next }
}

/** The display name of a client. */
export function nameOf({ clientName, clientId }: Members): string {
  return typeof clientName === 'string' ? clientName : `Client ${String(clientId)}`
}

export function countOf(clients: number): string {
  return `${clients} ${clients === 1 ? 'client' : 'clients'}`
}
