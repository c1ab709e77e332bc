import type { Call } from '../../../shared/runtime/call.ts'
import type { StoredClient } from '../../../shared/store/client.ts'
import { byCreation } from '../listing.ts'
import { toPageToken } from './page-token.ts'
import type { ListRequest, Page } from './request.ts'

export interface ClientList extends Omit<ListRequest, 'page'> {
  readonly totalCount: number
  readonly clients: readonly StoredClient[]
}

export interface ClientPage {
  readonly clients: readonly StoredClient[]
  /** It is absent on the last page. */
  readonly nextPageToken: string | undefined
}

/** Lists the clients in the order of their creation, or a page of them in the order of the store. */
export async function listClients(request: ListRequest, call: Call): Promise<ClientList | ClientPage> {
  const { page, start, end } = request
  if (page !== undefined) return listPage(page, request, call)
  const all = await call.store.registry.listClients(call.service.apiKey)
  const chosen = all.filter(choice(request)).sort(byCreation(({ clientId }) => clientId))
  return { ...request, totalCount: chosen.length, clients: chosen.slice(start, end) }
}

/** The number of clients that one query of a search reads. */
const CHUNK = 250

/** A search that finds nothing must not read all clients in one call. A query reads up to 1 MB, and an answer must stay below 6 MB. */
const MAX_QUERIES = 4

/**
 * Lists one page of clients. A page begins after a client number and not at a count, so creating or deleting clients between two calls
 * neither repeats nor skips any other client.
 */
export async function listPage(
  { size, after }: Page,
  request: Pick<ListRequest, 'search' | 'developer'>,
  { service, store }: Call,
): Promise<ClientPage> {
  const isChosen = choice(request)
  const isFiltered = request.search !== undefined || request.developer !== undefined
  const clients: StoredClient[] = []
  let last = after
  for (let queries = 0; queries < MAX_QUERIES; queries++) {
    const chunk = await store.registry.listFirstClients(service.apiKey, isFiltered ? CHUNK : size + 1, last)
    if (chunk.length === 0) return pageBefore(undefined, clients)
    for (const client of chunk) {
      if (clients.length === size) return pageBefore(last, clients)
      last = client.clientId
      if (isChosen(client)) clients.push(client)
    }
  }
  return pageBefore(last, clients)
}

function pageBefore(last: number | undefined, clients: readonly StoredClient[]): ClientPage {
  return { clients, nextPageToken: last === undefined ? undefined : toPageToken(last) }
}

function choice({
  developer,
  search,
}: Pick<ListRequest, 'search' | 'developer'>): (client: StoredClient) => boolean {
  const part = search === undefined ? undefined : fold(search)
  return ({ clientId, clientIdAlias, clientName, carried }) => {
    if (developer !== undefined && carried['developer'] !== developer) return false
    if (part === undefined) return true
    const names = [clientName, clientIdAlias, String(clientId)]
    return names.some((name) => name !== undefined && fold(name).includes(part))
  }
}

/** Removes case and accents, so that `zurich` finds `Zürich`. */
function fold(text: string): string {
  return text.toLowerCase().normalize('NFKD').replaceAll(/\p{M}/gu, '')
}
