import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localRuntime } from '../emulator/local-runtime.ts'
import { developmentCertificates } from '../emulator/site/certificates.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import { callsOver } from './calls.ts'
import { type Case, casesOf, seedFormats } from './cases.ts'
import { type RecordedCall, startRecorder } from './recorder.ts'
import { figure } from './rounds.ts'
import { table } from './table.ts'

const BATCH = 25
const WARM_UP_CALLS = 100
const READS = new Set(['GetItem', 'BatchGetItem', 'Query'])

/**
 * @param endpoint the endpoint of an engine on this machine
 * @param sizes the numbers of stored grants, in ascending order
 * @param requests the number of requests of each case for each size
 * @returns lines with the milliseconds and capacity units of a request for each size
 */
export async function measureGrowth(
  endpoint: string,
  sizes: readonly number[],
  requests: number,
): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const seeded = await seedFormats(endpoint)
  const folder = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-growth-')))
  const { clients } = await developmentCertificates(folder.path, ['bench'])
  const recorder = await startRecorder(endpoint)
  opened.defer(recorder.close)
  const callsTo = async (url: string) => {
    const runtime = await localRuntime(url, seeded.opaque.serviceId, { LOG_LEVEL: 'silent' })
    opened.defer(runtime.store.close)
    return callsOver(runtime, seeded, clients.bench.cert)
  }
  const [direct, recorded] = [await callsTo(endpoint), await callsTo(recorder.endpoint)]
  const cases = await casesOf(seeded, (one) => recorded(one)())
  const grants = recorder.calls.filter(({ operation }) => operation === 'PutItem')

  const cells = new Map<Case, string[]>(cases.map((one) => [one, []]))
  let stored = grants.length
  for (const size of sizes) {
    await fill(endpoint, grants, stored, size)
    stored = size
    for (const [one, figures] of cells) {
      const milliseconds = await median(direct(one), requests)
      figures.push(milliseconds.toFixed(2), await units(recorded(one), recorder.calls))
    }
  }
  const rows = cases.map((one) => [one.name, ...(cells.get(one) ?? [])])
  return [
    `Milliseconds of a request in this process, median of ${requests}, and the capacity units of its reads and writes, by the`,
    'number of stored grants',
    '',
    ...table(['', ...sizes.flatMap((size) => [`${size} grants`, 'read + write'])], rows),
  ]
}

/** Stores copies of issued grants until there are `to`. */
async function fill(
  endpoint: string,
  grants: readonly RecordedCall[],
  from: number,
  to: number,
): Promise<void> {
  const [grant] = grants
  const { TableName, Item } = JSON.parse(grant?.body ?? '{}') as {
    readonly TableName: string
    readonly Item: Readonly<Record<string, { readonly S: string }>>
  }
  const owner = Item['id']?.S.replace(/[^.]+$/, '') ?? ''
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint })
  for (let first = from; first < to; first += BATCH) {
    const copies = Array.from({ length: Math.min(BATCH, to - first) }, (_, i) => {
      const id = { S: `${owner}${String(first + i).padStart(22, '0')}` }
      return { PutRequest: { Item: { ...Item, id } } }
    })
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: copies } }))
  }
  client.destroy()
}

async function median(call: () => Promise<unknown>, requests: number): Promise<number> {
  for (let i = 0; i < Math.min(WARM_UP_CALLS, requests); i++) await call()
  const durations: number[] = []
  for (let i = 0; i < requests; i++) {
    const begun = performance.now()
    await call()
    durations.push(performance.now() - begun)
  }
  return figure(durations).median
}

/** The capacity units of a warm request. The first call fills the cache of the registry. */
async function units(call: () => Promise<unknown>, calls: readonly RecordedCall[]): Promise<string> {
  await call()
  const before = calls.length
  await call()
  const made = calls.slice(before)
  const sum = (reads: boolean) =>
    made
      .filter(({ operation }) => READS.has(operation) === reads)
      .reduce((total, { units: each }) => total + each, 0)
  return `${sum(true)} + ${sum(false)}`
}
