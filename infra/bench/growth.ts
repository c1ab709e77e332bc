import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addClient, type Seeded } from '../emulator/site/seed.ts'
import { sdkDynamoDb } from '../../shared/dynamodb/sdk.ts'
import { runtimeFor } from '../../shared/runtime/runtime.ts'
import { localRuntime } from '../emulator/local-runtime.ts'
import { developmentCertificates } from '../emulator/site/certificates.ts'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import { callsOver } from './calls.ts'
import { casesOf, seedFormats } from './cases.ts'
import { copiesOfClient, copiesOfToken, fill } from './fill.ts'
import { type GrowthCase, managementCases } from './growth-cases.ts'
import { type RecordedCall, startRecorder } from './recorder.ts'
import { figure } from './rounds.ts'
import { table } from './table.ts'

const WARM_UP_CALLS = 100
/** The calls of a case that reads everything. */
const SLOW_CALLS = 3
/** With more, a call that reads everything takes minutes. DynamoDB Local then ends it with an error. */
const READABLE = 100_000
const READS = new Set(['GetItem', 'BatchGetItem', 'Query'])

/** Things that are stored in growing numbers: tokens of one client, or clients. */
export type Grown = 'grants' | 'clients'

/**
 * @param endpoint the endpoint of an engine on this machine
 * @param sizes the numbers of stored grants or clients, in ascending order
 * @param requests the number of requests of each case for each size
 * @returns lines with the milliseconds and capacity units of a request for each size
 */
export async function measureGrowth(
  endpoint: string,
  grown: Grown,
  sizes: readonly number[],
  requests: number,
): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const seeded = await seedFormats(endpoint)
  const folder = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-growth-')))
  const { clients } = await developmentCertificates(folder.path, ['bench'])
  const recorder = await startRecorder(endpoint)
  opened.defer(recorder.close)
  const casesTo = async (url: string) => {
    const runtime = await localRuntime(url, seeded.opaque.serviceId, { LOG_LEVEL: 'silent' })
    opened.defer(runtime.store.close)
    // As deployed: functions that are not on the hot path use the SDK.
    // Pages of a query take seconds in DynamoDB Local, so there is no limit.
    const requestHandler = { requestTimeout: 0 }
    const bySdk = runtimeFor(
      runtime.settings,
      sdkDynamoDb({ ...LOCAL_DYNAMODB, endpoint: url, requestHandler }),
    )
    opened.defer(bySdk.store.close)
    const callOf = callsOver(runtime, seeded, clients.bench.cert)
    const cases = await casesOf(seeded, (one) => callOf(one)())
    return [
      ...cases.map((one): GrowthCase => ({ name: one.name, call: callOf(one) })),
      ...managementCases(bySdk, seeded.opaque, clients.bench.cert),
    ]
  }
  const [direct, recorded] = [await casesTo(endpoint), await casesTo(recorder.endpoint)]

  const copy = await copyOf(grown, recorder.endpoint, seeded.opaque, recorder.calls, clients.bench.cert)
  const cells = new Map<GrowthCase, string[]>(direct.map((one) => [one, []]))
  let stored = 0
  for (const size of sizes) {
    await fill(endpoint, copy, stored, size)
    stored = size
    for (const [i, [one, figures]] of [...cells].entries()) {
      if (one.isSlow === true && size > READABLE) {
        figures.push('-', '-')
        continue
      }
      const milliseconds = await median(one, one.isSlow === true ? SLOW_CALLS : requests)
      figures.push(milliseconds.toFixed(1), await units(recorded[i] ?? one, recorder.calls))
    }
  }
  const rows = direct.map((one) => [one.name, ...(cells.get(one) ?? [])])
  return [
    `Milliseconds of a request in this process, median of ${requests} (${SLOW_CALLS} where all is read), and the capacity units of its reads and`,
    `writes, by the number of stored ${grown}`,
    '',
    ...table(['', ...sizes.flatMap((size) => [`${size} ${grown}`, 'read + write'])], rows),
  ]
}

/** Makes one token or client, whose writes are the pattern of the copies. */
async function copyOf(
  grown: Grown,
  url: string,
  seeded: Seeded,
  calls: readonly RecordedCall[],
  certificate: string,
) {
  const { serviceId, clients } = seeded
  const runtime = await localRuntime(url, serviceId, { LOG_LEVEL: 'silent' })
  const before = calls.length
  try {
    if (grown === 'grants') {
      const [prepared] = managementCases(runtime, seeded, certificate).flatMap(({ prepare }) => prepare ?? [])
      await prepared?.()
    } else {
      await addClient(runtime, serviceId, {
        clientName: 'copied',
        clientType: 'PUBLIC',
        tokenAuthMethod: 'NONE',
      })
    }
  } finally {
    runtime.store.close()
  }
  const written = calls
    .slice(before)
    .filter(
      ({ operation, body }) => operation === 'PutItem' && !body.includes('"TableName":"certbound-audit"'),
    )
  const [first] = written
  if (first === undefined) throw new Error('nothing was written')
  if (grown === 'grants') return copiesOfToken(serviceId, Number(clients[1].clientId), first)
  return copiesOfClient(
    Number(/"clientId":\{"N":"(\d+)"/.exec(written.map(({ body }) => body).join())?.[1]),
    written,
  )
}

async function median({ prepare, call }: GrowthCase, requests: number): Promise<number> {
  const durations: number[] = []
  for (let i = -Math.min(WARM_UP_CALLS, requests); i < requests; i++) {
    await prepare?.()
    const begun = performance.now()
    await call()
    if (i >= 0) durations.push(performance.now() - begun)
  }
  return figure(durations).median
}

/** The capacity units of a warm request. The first call fills the cache of the registry. */
async function units({ prepare, call }: GrowthCase, calls: readonly RecordedCall[]): Promise<string> {
  await prepare?.()
  await call()
  await prepare?.()
  const before = calls.length
  await call()
  const made = calls.slice(before)
  const sum = (reads: boolean) =>
    made
      .filter(({ operation }) => READS.has(operation) === reads)
      .reduce((total, { units: each }) => total + each, 0)
  return `${sum(true)} + ${sum(false)}`
}
