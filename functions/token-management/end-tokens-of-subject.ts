import { type Call, isOutOfTime } from '../../shared/runtime/call.ts'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { isLive } from '../../shared/token/standing.ts'
import { mapInBatches, listKeys } from './list-keys.ts'

const CLIENTS_AT_ONCE = 20
const GRANTS_AT_ONCE = 50

/** A call within this time continues where the last one stopped. */
const RESUMABLE_SECONDS = 60

/**
 * Ends the tokens of a subject at one client. Uses the index, which may lag behind (docs/store.md).
 *
 * @returns the number of grants that were still live
 * @throws Refusal revoke-unfinished: the next call ends the rest
 */
export async function endTokensOfSubject(client: number, subject: string, call: Call): Promise<number> {
  const { count, complete } = await endTokensAt([client], subject, call)
  if (!complete) throw new Refusal('revoke-unfinished')
  return count
}

/**
 * Ends the tokens of a subject at all clients. A later call continues after the finished clients; otherwise a service with very many
 * clients could never finish.
 *
 * @returns the number of grants that were still live, without those of earlier calls
 * @throws Refusal revoke-unfinished
 */
export async function endAllTokensOfSubject(subject: string, call: Call): Promise<number> {
  const { service, store, now, clock } = call
  const { registry, revocations } = store
  const { apiKey } = service
  const resumed = await revocations.find(apiKey, subject, now)
  let [after, total] = [resumed, 0]
  for (;;) {
    const clients = await registry.listClientNumbers(apiKey, CLIENTS_AT_ONCE, after)
    if (clients.length === 0) break
    const { count, complete } = await endTokensAt(clients, subject, call)
    total += count
    if (complete) after = clients.at(-1)
    if (!isOutOfTime(call)) continue
    const until = addSeconds(clock(), RESUMABLE_SECONDS)
    if (after !== undefined) await revocations.put(apiKey, subject, after, until)
    throw new Refusal('revoke-unfinished')
  }
  if (resumed !== undefined) await revocations.remove(apiKey, subject)
  return total
}

async function endTokensAt(clients: readonly number[], subject: string, call: Call) {
  const { grants } = call.store
  const keys = await listKeys(clients, subject, call)
  let count = 0
  for (let start = 0; start < keys.length; start += GRANTS_AT_ONCE) {
    if (start > 0 && isOutOfTime(call)) return { count, complete: false }
    const found = await grants.findTokens(keys.slice(start, start + GRANTS_AT_ONCE))
    await mapInBatches(found, ({ grant }) => grants.revoke(grant))
    count += found.filter((grant) => isLive(grant, call)).length
  }
  return { count, complete: true }
}
