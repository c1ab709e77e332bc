import type { LogEntry } from '../../../shared/log.ts'
import type { Runtime } from '../../../shared/runtime.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import type { Service } from '../../../shared/store/service.ts'
import { lives } from '../find-grant.ts'
import { allClients, clientNamed, listKeys } from '../list-keys.ts'
import type { ListRequest } from './request.ts'

export interface TokenList extends Pick<ListRequest, 'start' | 'end' | 'subject'> {
  /** Exact when the last token is among those asked for; before that, what has ended since may still be counted. */
  readonly totalCount: number
  /** When one was named. */
  readonly client: Client | undefined
  readonly tokens: readonly Tokens[]
}

const READ_AT_ONCE = 50

/**
 * The tokens of a client, of a subject, or both, in the order of the index. Each is read again: none that has ended is
 * listed, and pages have no holes.
 *
 * @throws Refusal api-client-unknown
 */
export async function listTokens(
  { client: named, subject, start, end }: ListRequest,
  service: Service,
  runtime: Runtime,
  entry: LogEntry,
): Promise<TokenList> {
  const { grants } = runtime.store
  const client = named === undefined ? undefined : await clientNamed(named, service, runtime)
  if (client !== undefined) entry.client = client.clientId
  const clients = client === undefined ? await allClients(service, runtime) : [client.clientId]
  const keys = await listKeys(grants, service, clients, subject)
  const living: Tokens[] = []
  let read = 0
  while (read < keys.length && living.length < end) {
    const found = await grants.findTokens(keys.slice(read, read + READ_AT_ONCE))
    living.push(...found.filter((grant) => lives(grant, service, runtime.now())).map(({ grant }) => grant))
    read = Math.min(read + READ_AT_ONCE, keys.length)
  }
  const totalCount = living.length + keys.length - read
  return { start, end, subject, totalCount, client, tokens: living.slice(start, end) }
}
