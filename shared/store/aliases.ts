import type { Item } from '../dynamodb/dynamodb.ts'
import { type EpochSeconds, addSeconds } from '../epoch-seconds.ts'
import { Client } from './client.ts'
import { LOST, repeatWhileLost } from './unavailable.ts'
import { aliasKey, clientKey } from './record-keys.ts'
import { parseRecord, type Records } from './records.ts'

/** How long an alias may exist without its client. A function that has not finished by then never will (serverless.yml). */
const UNFINISHED_SECONDS = 60

/**
 * Reserves an alias for a client. If a creation, a renaming or a deletion broke off, the alias may name a client that does not exist
 * or has another alias. Such an alias is free.
 *
 * @returns false if another client has the alias
 */
export function takeAlias(
  { service, alias, client }: { readonly service: number; readonly alias: string; readonly client: number },
  records: Records,
  now: EpochSeconds,
): Promise<boolean> {
  const key = aliasKey(service, alias)
  const reservation = { client, reservedAt: now }
  // Another request may free the alias between a read and a write.
  return repeatWhileLost(async () => {
    const created = await records.create(key, reservation)
    if (created.done) return true
    const { current } = created
    if (current === undefined) return LOST
    const isFree = current['client'] === client || (await isLeftOver(current, service, alias, records, now))
    if (!isFree) return false
    const written = await records.update(key, reservation, { attempt: current['attempt'] })
    return written.done || written.current?.['client'] === client || LOST
  })
}

async function isLeftOver(
  { client, reservedAt }: Item,
  service: number,
  alias: string,
  records: Records,
  now: EpochSeconds,
): Promise<boolean> {
  if (now < addSeconds(reservedAt as EpochSeconds, UNFINISHED_SECONDS)) return false
  const item = await records.find(clientKey(service, client as number))
  return item === undefined || parseRecord(Client, item).clientIdAlias !== alias
}
