import { type Members, requireDone } from './web-api.ts'
import type { ConsoleRequest } from './page.ts'

/** The clients that a page of the console looked at. */
export interface Clients {
  readonly list: readonly Members[]
  /** The page token of the clients that were not looked at; absent: there are no more. */
  readonly next: string | undefined
}

/** The most clients for one page of the console, so that nobody waits for long. */
const MOST_CLIENTS = 2000
/** The Web API answers no more in one call. */
const PAGE_SIZE = 100

/**
 * Reads the clients of the service, in the order of their IDs as text.
 *
 * @param search a text of the name, alias or ID; empty: all
 * @param from a page token; empty: from the first one on
 */
export async function readClients({ api }: ConsoleRequest, search = '', from = ''): Promise<Clients> {
  const list: Members[] = []
  let next: string | undefined = from
  // A call of a search looks at 1,000 clients and may find none.
  for (let calls = 0; calls < MOST_CLIENTS / PAGE_SIZE && next !== undefined; calls++) {
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

/** The name of a client for people. */
export function nameOf({ clientName, clientId }: Members): string {
  return typeof clientName === 'string' ? clientName : `Client ${String(clientId)}`
}

export function countOf(clients: number): string {
  return `${clients} ${clients === 1 ? 'client' : 'clients'}`
}
