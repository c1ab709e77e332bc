import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { lives } from '../find-grant.ts'
import { allClients, clientNamed, listKeys } from '../list-keys.ts'
import type { TokenListRequest } from './request.ts'

export interface TokenList extends Pick<TokenListRequest, 'start' | 'end' | 'subject'> {
  /** Exact on the last page. On earlier pages it may include tokens that have ended. */
  readonly totalCount: number
  /** If the request has one. */
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
  const { grants } = call.store
  const client = clientIdentifier === undefined ? undefined : await clientNamed(clientIdentifier, call)
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
