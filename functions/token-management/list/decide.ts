import type { Call } from '../../../shared/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { lives } from '../find-grant.ts'
import { allClients, clientNamed, listKeys } from '../list-keys.ts'
import type { TokenListRequest } from './request.ts'

export interface TokenList extends Pick<TokenListRequest, 'start' | 'end' | 'subject'> {
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
  { client: named, subject, start, end }: TokenListRequest,
  call: Call,
): Promise<TokenList> {
  const { grants } = call.store
  const client = named === undefined ? undefined : await clientNamed(named, call)
  if (client !== undefined) call.log.note({ client: client.clientId })
  const clients = client === undefined ? await allClients(call) : [client.clientId]
  const keys = await listKeys(clients, subject, call)
  const living: Tokens[] = []
  let read = 0
  while (read < keys.length && living.length < end) {
    const found = await grants.findTokens(keys.slice(read, read + READ_AT_ONCE))
    living.push(...found.filter((grant) => lives(grant, call)).map(({ grant }) => grant))
    read = Math.min(read + READ_AT_ONCE, keys.length)
  }
  const totalCount = living.length + keys.length - read
  return { start, end, subject, totalCount, client, tokens: living.slice(start, end) }
}
