import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { isLive } from '../../../shared/token/standing.ts'
import { listKeys, requireClient } from '../list-keys.ts'
import type { TokenListRequest } from './request.ts'

export interface TokenList extends Pick<TokenListRequest, 'start' | 'end' | 'subject'> {
  /** Exact on the last page. On earlier pages it may include tokens that have ended. */
  readonly totalCount: number
  /** Absent if the request names none. */
  readonly client: Client | undefined
  readonly tokens: readonly Tokens[]
}

const READ_AT_ONCE = 50

/**
 * Lists the tokens of a client, of a subject, or of both, in the order of the index. Each is read again, so pages are full and
 * contain only live tokens.
 *
 * @throws Refusal api-client-unknown
 */
export async function listTokens(
  { clientIdentifier, subject, start, end }: TokenListRequest,
  call: Call,
): Promise<TokenList> {
  const { grants, registry } = call.store
  const client = clientIdentifier === undefined ? undefined : await requireClient(clientIdentifier, call)
  const clients = client === undefined ? await registry.listClients(call.service.apiKey) : [client]
  const numbers = clients.map(({ clientId }) => clientId)
  const keys = await listKeys(numbers, subject, call)
  const live: Tokens[] = []
  let read = 0
  while (read < keys.length && live.length < end) {
    const found = await grants.findTokens(keys.slice(read, read + READ_AT_ONCE))
    live.push(...found.filter((grant) => isLive(grant, call)).map(({ grant }) => grant))
    read = Math.min(read + READ_AT_ONCE, keys.length)
  }
  const totalCount = live.length + keys.length - read
  return { start, end, subject, totalCount, client, tokens: live.slice(start, end) }
}
