import { locateOpaque } from '../../shared/token/token-string.ts'
import { readClientState, readGrant } from '../../shared/store/item.ts'
import { Client } from '../../shared/store/client.ts'
import { Service } from '../../shared/store/service.ts'
import type { Item } from '../support/raw-tables.ts'
import { CACHE_SECONDS, happened } from './certainty.ts'
import { deleteService, provision } from './registry-steps.ts'
import type { Play } from './play.ts'
import type { DirectPlay } from './schedule.ts'
import type { Span } from './state.ts'
import type { Step } from './steps.ts'
import { introspect, standard } from './presenting-steps.ts'
import { redeem, refresh } from './token-steps.ts'

const MAX_DELETIONS = 3

/** At the end of a run: every request ends, everything that was ever held is presented once more, and the tables are read. */
export async function audit(play: DirectPlay): Promise<void> {
  await play.finishAll()
  await presentAll(play)
  await play.wait(CACHE_SECONDS + 1)
  await makeAgain(play)
  await presentAll(play)
  await useAll(play)
  await judgeTables(play)
}

const byTurns = (pick: number): Step => ({ do: 'audit', by: pick % 2 === 0 ? 0 : 1, pick: 0, other: 1 })

export async function presentAll(play: Play): Promise<void> {
  for (const [at, held] of play.grants.flatMap((grant) => grant.held).entries()) {
    const step = byTurns(at)
    if (held.kind === 'access') await introspect(play, step, held)
    if (held.kind === 'refresh') await standard(play, step, held)
  }
}

async function useAll(play: DirectPlay): Promise<void> {
  for (const [at, held] of play.grants.flatMap((grant) => grant.held).entries()) {
    const step = byTurns(at + 1)
    if (held.kind === 'refresh') await refresh(play, step, held)
    if (held.kind === 'code') await redeem(play, step, held)
  }
}

/** A deleted service is made again under the same number, as by an operator who needs an empty service. */
async function makeAgain(play: DirectPlay): Promise<void> {
  const index = play.services.findLastIndex(({ number }) => number === play.world.number)
  const service = play.services[index]
  if (service === undefined || service.deletions.length === 0) return
  for (let time = 0; time < MAX_DELETIONS; time++) {
    await provision(play, byTurns(time))
    if (play.services.findLast(({ number }) => number === play.world.number) !== service) return
    // Another process may have made clients while it had the deleted service in its cache.
    await deleteService(play, byTurns(time), service)
    await play.wait(CACHE_SECONDS + 1)
  }
  play.fail('a deleted service cannot be made again')
}

/** Nothing is half-written, and nothing that was ended has an item. */
async function judgeTables(play: DirectPlay): Promise<void> {
  const { raw } = play.world
  const [grants, registry] = [await raw.grants.scan(), await raw.registry.scan()]
  const states = new Set<string>()
  for (const item of grants) {
    const [service = '', client = '', grantId] = String(item['id']).split('.')
    // Notes of certificates are not about one grant.
    if (!/^\d+\.\d+(\.[\w-]{22})?$/.test(String(item['id']))) continue
    if (grantId === undefined) states.add(`${service}.${client}`)
    attempt(play, item, () =>
      grantId === undefined
        ? readClientState(item)
        : readGrant(item, { service: Number(service), client: Number(client), grantId }),
    )
  }
  const records = new Map<string, Client>()
  for (const item of registry) {
    const { pk, sk, record } = item as Record<string, string>
    if (pk === 'service') attempt(play, item, () => Service.parse(record))
    if (pk?.startsWith('client#') !== true) continue
    attempt(play, item, () => records.set(`${pk.slice(7)}.${sk}`, Client.parse(record)))
  }
  if (play.conditions.mayFail !== true) judgeClients(play, states, records, registry)
  judgeEnded(play, grants)
}

/** Each client has a state and its alias, and there is no state and no alias without a client. */
function judgeClients(
  play: DirectPlay,
  states: Set<string>,
  records: Map<string, Client>,
  registry: Item[],
): void {
  const aliases = registry.flatMap(({ pk, sk, client }) =>
    String(pk).startsWith('alias#') ? [`${String(pk).slice(6)}.${String(client)} ${String(sk)}`] : [],
  )
  const named = [...records].flatMap(([id, { clientIdAlias }]) =>
    clientIdAlias === undefined ? [] : [`${id} ${clientIdAlias}`],
  )
  same(play, 'states and records of clients', [...states], [...records.keys()])
  same(play, 'aliases and records of clients', aliases, named)
}

function same(play: DirectPlay, what: string, one: string[], other: string[]): void {
  if (one.sort().join() === other.sort().join()) return
  play.fail(`${what} do not agree: ${one.join()} and ${other.join()}`)
}

/** A grant that was ended has no item, even if requests were under way. */
function judgeEnded(play: DirectPlay, items: readonly Item[]): void {
  const end: Span = {
    start: Infinity,
    end: Infinity,
    gone: Infinity,
    startedAt: play.now,
    endedAt: play.now,
    latest: play.now,
    process: 0,
  }
  const stored = new Set(items.map(({ id }) => String(id).split('.')[2]))
  for (const { ends, held } of play.grants) {
    const isEnded = ends.some(({ at, sure }) => sure && happened(at, end) === 'yes')
    const isStored = held.some(({ text }) => stored.has(locateOpaque(text)?.grantId ?? ''))
    if (isEnded && isStored) play.fail('a grant that was ended is stored')
  }
}

function attempt(play: DirectPlay, item: Item, read: () => unknown): void {
  try {
    read()
  } catch (error) {
    play.fail(`a stored item is damaged: ${String(error)} ${JSON.stringify(item)}`)
  }
}
