import { hash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { issuerKey } from '../certificate/issuer-key.ts'
import { readList, requireNotOlder } from '../certificate/list/list.ts'
import { RefusedList } from '../certificate/list/refused-list.ts'
import type { Der } from '../certificate/pem.ts'
import { serialNumberOf } from '../certificate/serial-number.ts'
import { addSeconds, type EpochSeconds } from '../epoch-seconds.ts'
import { bucketTexts, listId } from '../store/lists/buckets.ts'
import type { ListSource, StoredList } from '../store/lists/sources.ts'
import { ListUnavailable } from './fetched-list.ts'
import { type ChangedList, type ListReader, type RunningSource, SourceBusy } from './run.ts'
import { type ComparedNotes, compareNotes } from './compare-notes.ts'
import { writeBuckets } from './write-buckets.ts'

/** The result of a run for one source. */
export interface Refreshed {
  readonly source: ListSource
  /** The lists that have changed. */
  readonly changed: number
  readonly notes: ComparedNotes
}

/** A run must end within this time: a Lambda function has 120 seconds. After it, another run may begin. */
const RUN_SECONDS = 300
const MAX_PROBLEMS = 5

/**
 * Fetches the lists of a source, and revokes the certificates in them (architecture, section 9). Lists that cannot be fetched, or that are
 * refused, stay as they were, and become late.
 *
 * @throws SourceBusy
 */
export async function refreshSource(name: string, reader: ListReader): Promise<Refreshed> {
  const { sources } = reader.store.lists
  const source = (await sources.findCurrent()).find((each) => each.name === name)
  if (source === undefined) throw new SourceBusy(`there is no source ${name}: run npm run provision`)
  const { lists, problem } = await fetchChanged(source, reader)
  if (lists.length === 0 && source.run === undefined && source.isCompared === true) {
    const settled = await settle(source, [], problem, reader)
    return { source: settled, changed: 0, notes: { revoked: 0, lifted: 0, ended: 0 } }
  }
  const begun = await begin(source, reader)
  const buckets = await writeBuckets(begun, lists, reader)
  const startedAt = reader.now()
  const notes = await compareNotes(begun, buckets, reader)
  const isCompared = startedAt >= begun.knownFrom && { isCompared: true as const }
  const settled = await settle({ ...begun, ...isCompared }, lists, problem, reader)
  return { source: settled, changed: lists.length, notes }
}

/**
 * Only one run writes the buckets of a source at a time. A source that has changed since its lists were fetched is not written: another
 * run may have read newer lists, and neither the number nor the date of a list goes back.
 *
 * @param fetched the source as it was before its lists were fetched
 * @throws SourceBusy
 */
async function begin(fetched: ListSource, { store, now, random }: ListReader): Promise<RunningSource> {
  const { name } = fetched
  const mine = { id: random(12).toString('base64url'), until: addSeconds(now(), RUN_SECONDS) }
  const begun = await store.lists.sources.changeSource(name, (current) => {
    const isBusy = current.run !== undefined && now() < current.run.until
    const isSame = isDeepStrictEqual(withoutRun(current), withoutRun(fetched))
    return isBusy || !isSame ? undefined : { ...current, run: { pending: [], ...current.run, ...mine } }
  })
  if (begun?.run === undefined)
    throw new SourceBusy(`another run is reading ${name}: try again in five minutes`)
  return { ...begun, run: begun.run }
}

function withoutRun({ run: _run, problem: _problem, ...source }: ListSource) {
  return source
}

/** Stores the state of the source after a run. */
async function settle(
  source: ListSource,
  lists: readonly ChangedList[],
  problem: string | undefined,
  { store }: ListReader,
): Promise<ListSource> {
  if (lists.length === 0 && source.run === undefined && source.problem === problem) return source
  const changed = await store.lists.sources.changeSource(source.name, (current) => {
    if (current.run?.id !== source.run?.id) return undefined
    const { run: _run, problem: _problem, ...rest } = current
    // Otherwise the keys have changed since, and the next run checks the lists with the present ones.
    const isSame = current.knownFrom === source.knownFrom
    const read = isSame ? lists.map(({ stored }) => stored) : []
    const others = current.lists.filter(({ key }) => !read.some((list) => list.key === key))
    return {
      ...{ ...rest, lists: [...others, ...read] },
      ...(problem === undefined ? {} : { problem }),
      ...(isSame && source.isCompared ? { isCompared: true } : {}),
    }
  })
  if (changed === undefined) throw new SourceBusy(`another run has read ${source.name}`)
  return changed
}

interface Part {
  readonly address: string
  readonly distributionPoint: string | undefined
}

/** The lists of a folder have the names of their distribution points. */
async function partsOf(
  { address, distributionPoint }: ListSource,
  { find }: ListReader,
): Promise<readonly Part[]> {
  if (!address.endsWith('/')) return [{ address, distributionPoint }]
  const found = await find(address)
  return found.map((each) => ({
    address: each,
    distributionPoint: `${distributionPoint ?? ''}${each.slice(address.length)}`,
  }))
}

/**
 * A folder has each list that was in it. One that is missing stays as it was, and becomes late.
 *
 * @throws ListUnavailable
 */
function requireEachList({ lists }: ListSource, parts: readonly Part[]): void {
  if (parts.length === 0) throw new ListUnavailable('has no object that ends with .crl')
  const found = new Set(parts.map(({ distributionPoint }) => listId(distributionPoint)))
  const lost = lists.find(({ key }) => !found.has(key))
  if (lost !== undefined)
    throw new ListUnavailable(`no longer has the list of ${String(lost.distributionPoint)}`)
}

async function fetchChanged(source: ListSource, reader: ListReader) {
  const lists: ChangedList[] = []
  const problems: string[] = []
  const collect = async (address: string, action: () => Promise<void>) => {
    try {
      await action()
    } catch (error) {
      const isKnown = error instanceof ListUnavailable || error instanceof RefusedList
      if (!isKnown) throw error
      problems.push(`${address}: ${error.message}`)
    }
  }
  let parts: readonly Part[] = []
  await collect(source.address, async () => {
    parts = await partsOf(source, reader)
    requireEachList(source, parts)
  })
  for (const part of parts) {
    await collect(part.address, async () => {
      const list = await fetchPart(source, part, reader)
      if (list !== undefined) lists.push(list)
    })
  }
  return { lists, problem: problems.length === 0 ? undefined : problems.slice(0, MAX_PROBLEMS).join('; ') }
}

/** @returns `undefined` if the list has not changed */
async function fetchPart(
  { issuers, lists }: ListSource,
  { address, distributionPoint }: Part,
  { fetch, now, acceptOlder }: ListReader,
): Promise<ChangedList | undefined> {
  const key = listId(distributionPoint)
  const before = lists.find((list) => list.key === key)
  const fetched = await fetch(address, before?.etag)
  if (fetched === 'unchanged') return undefined
  const digest = hash('sha256', fetched.content, 'base64url')
  if (digest === before?.digest) return undefined
  const expected = { issuers: issuers.map((der) => Buffer.from(der, 'base64') as Der), distributionPoint }
  const list = await readList(fetched.content, expected, now())
  if (before !== undefined && acceptOlder !== true) requireNotOlder(list, versionOf(before))
  const entries = function* () {
    for (const { serial, reason } of list.entries()) yield { serialNumber: serialNumberOf(serial), reason }
  }
  return {
    stored: {
      ...{ key, digest, count: list.count, userCertificatesOnly: list.userCertificatesOnly },
      signer: issuerKey(list.signer),
      thisUpdate: list.thisUpdate as EpochSeconds,
      nextUpdate: list.nextUpdate as EpochSeconds,
      ...(distributionPoint === undefined ? {} : { distributionPoint }),
      ...(list.number === undefined ? {} : { number: String(list.number) }),
      ...(fetched.etag === undefined ? {} : { etag: fetched.etag }),
    },
    texts: bucketTexts(entries()),
  }
}

function versionOf({ number, thisUpdate }: StoredList) {
  return { number: number === undefined ? undefined : BigInt(number), thisUpdate }
}
