import { randomBytes } from 'node:crypto'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { localDynamoDb } from '../../infra/emulator/local-runtime.ts'
import { createTables, LOCAL_DYNAMODB } from '../../infra/tables/tables.ts'
import type { DynamoDb } from '../../shared/dynamodb/dynamodb.ts'
import { sdkDynamoDb } from '../../shared/dynamodb/sdk.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { type Internet, PUBLIC_INTERNET } from '../../shared/runtime/internet.ts'
import { type LogLine, openLog } from '../../shared/runtime/log.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import type { Settings } from '../../shared/runtime/settings.ts'
import { openStore } from '../../shared/store/store.ts'
import { rawTables } from './raw-tables.ts'

/** As in test/events: the mutual-TLS domain and the two APIs. */
export const MTLS_DOMAIN = 'mtls.api.example.com'
export const API_IDS = ['a1b2c3d4e5', 'f6e5d4c3b2']

export const START = 1_795_502_400 as EpochSeconds

export interface FixedRuntime extends Runtime {
  readonly clock: { now: EpochSeconds }
  /** Every line that was logged, as written. */
  readonly lines: string[]
  readonly logged: () => (LogLine & { level: string; cause?: unknown })[]
  readonly endpoint: string
  /** The tables themselves, without a cache. */
  readonly tables: ReturnType<typeof rawTables>
  readonly close: () => Promise<void>
}

const machineNow = () => Math.floor(Date.now() / 1000)

/** Lets a clock run with that of the machine, as clients without another clock need. A test that sets it moves it ahead. */
export function runWithMachine(clock: FixedRuntime['clock']): void {
  let ahead = 0
  Object.defineProperty(clock, 'now', {
    configurable: true,
    get: () => machineNow() + ahead,
    set: (now: number) => (ahead = now - machineNow()),
  })
}

/** Lets a clock stand where it is, as a test of the last second before an end needs. */
export function standStill(clock: FixedRuntime['clock']): void {
  Object.defineProperty(clock, 'now', { configurable: true, writable: true, value: clock.now })
}

/** A runtime with a clock that stands still until it is set, over a DynamoDB engine of its own or the one given. */
export async function fixedRuntime(
  settings: Partial<Settings> = {},
  engine?: { readonly endpoint: string; readonly close: () => Promise<void> },
  internet: Internet = PUBLIC_INTERNET,
): Promise<FixedRuntime> {
  const { endpoint, close } = engine ?? (await startEmbeddedEngine({}))
  const all: Settings = {
    registryTable: 'registry',
    grantsTable: 'grants',
    auditTable: 'audit',
    serviceId: 21653835348762,
    mtlsDomains: [MTLS_DOMAIN],
    apiIds: API_IDS,
    resourceUrls: [],
    oauthOnMtlsOnly: false,
    registryCacheSeconds: 10,
    dynamodbClient: 'lean',
    logLevel: 'info',
    auditDays: 400,
    ...settings,
  }
  await createTables(endpoint, all)
  const clock = { now: START }
  const tables = rawTables({ endpoint, settings: all })
  const lines: string[] = []
  const store = openStore({
    ...all,
    now: () => clock.now,
    random: randomBytes,
    dynamodb: await dynamoDbWithoutWaits(all, endpoint),
  })
  return {
    settings: all,
    now: () => clock.now,
    elapsed: () => 0,
    random: randomBytes,
    store,
    internet,
    log: openLog(all.logLevel, (line) => lines.push(line)),
    clock,
    lines,
    logged: () =>
      lines
        .map((line) => JSON.parse(line) as LogLine & { level: string })
        .filter((line) => !('change' in line)),
    endpoint,
    tables,
    close: async () => {
      tables.close()
      store.close()
      await close()
    },
  }
}

/** @param client the AWS SDK, which is the reference of the tests, or the lean client */
export async function dynamoDbWithoutWaits(
  { dynamodbClient }: Pick<Settings, 'dynamodbClient'>,
  endpoint: string,
): Promise<DynamoDb> {
  if (dynamodbClient === 'lean') return localDynamoDb(endpoint, { before: () => Promise.resolve() })
  return sdkDynamoDb({ ...LOCAL_DYNAMODB, endpoint, retryStrategy: await retriesWithoutWaits() })
}

/**
 * The SDK's own strategy, which decides what is sent again and how often, without the time that it waits in between. It also
 * never runs out of tries, as a process does in a long outage, because each test stands for itself.
 */
async function retriesWithoutWaits() {
  const client = new DynamoDBClient({ ...LOCAL_DYNAMODB, maxAttempts: 3 })
  const strategy = await client.config.retryStrategy()
  client.destroy()
  const backoff = { setDelayBase: () => undefined, computeNextBackoffDelay: () => 0 }
  return Object.assign(strategy, { retryBackoffStrategy: backoff, getCapacityCost: () => 0 })
}
