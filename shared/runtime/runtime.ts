import { randomBytes } from 'node:crypto'
import { type DynamoDb, startingDynamoDb } from '../dynamodb/dynamodb.ts'
import { startLeanDynamoDb } from '../dynamodb/lean/client.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { type Internet, PUBLIC_INTERNET } from './internet.ts'
import { type Log, openLog } from './log.ts'
import { readEnvironment, type Settings } from './settings.ts'
import { openStore, type ProcessStore } from '../store/store.ts'

/** The parts of the outside world that the code uses. It is made once, at cold start. */
export interface Runtime {
  readonly settings: Settings
  readonly now: () => EpochSeconds
  /** A monotonic clock in milliseconds, for durations. */
  readonly elapsed: () => number
  readonly random: (bytes: number) => Buffer
  readonly store: ProcessStore
  readonly internet: Internet
  readonly log: Log
}

/** @throws Error that names the environment variable that is missing or wrong */
export function systemRuntime(): Runtime {
  const settings = readEnvironment()
  return runtimeFor(settings, settings.dynamodbClient === 'sdk' ? loadSdk() : startLeanDynamoDb())
}

/**
 * The SDK is loaded only if it is used, because loading it takes more time than the rest of a cold start. The first call waits for it. If
 * it cannot be loaded, nothing catches the error, and the start of the function fails.
 */
function loadSdk(): DynamoDb {
  return startingDynamoDb(import('../dynamodb/sdk.ts').then(({ sdkDynamoDb }) => sdkDynamoDb()))
}

/** A runtime with the system's clock and randomness. */
export function runtimeFor(settings: Settings, dynamodb: DynamoDb): Runtime {
  const now = () => Math.floor(Date.now() / 1000) as EpochSeconds
  const random = pooledRandom()
  return {
    settings,
    now,
    // `performance` would load a module of Node at a cold start.
    elapsed: () => Number(process.hrtime.bigint()) / 1e6,
    random,
    store: openStore({ ...settings, now, random, dynamodb }),
    internet: PUBLIC_INTERNET,
    log: openLog(settings.logLevel),
  }
}

const POOL_BYTES = 4096

/** Draws random bytes from the system in large pieces, because one system call for each token would cost more than its hash. */
function pooledRandom(): (bytes: number) => Buffer {
  let pool = Buffer.alloc(0)
  return (bytes) => {
    if (pool.length < bytes) pool = randomBytes(Math.max(POOL_BYTES, bytes))
    const drawn = pool.subarray(0, bytes)
    pool = pool.subarray(bytes)
    return drawn
  }
}
