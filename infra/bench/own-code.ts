import { localDynamoDb, localRuntime } from '../emulator/local-runtime.ts'
import { callsOver } from './calls.ts'
import { cannedStore } from './canned-store.ts'
import { casesOf, type SeededFormats } from './cases.ts'
import { argument, report } from './child.ts'
import { interleave, type Measured, type Sample } from './rounds.ts'

export interface OwnCodeArgument {
  readonly endpoint: string
  readonly seeded: SeededFormats
  /** PEM of the client's certificate. */
  readonly certificate: string
  readonly rounds: number
  /** Of a case in a round. */
  readonly calls: number
  /** Of a case, before anything is measured. */
  readonly warmUpCalls: number
}

export type OwnCodeReady = readonly Measured<Sample>[]

const { endpoint, seeded, certificate, rounds, calls, warmUpCalls } = argument() as OwnCodeArgument
const runtime = await localRuntime(endpoint, 1)
// If the registry's cache expired, the registry would read items that are not in memory.
const startedAt = runtime.now()
const fixed = { ...runtime, now: () => startedAt }
const { store, replay } = cannedStore(fixed, localDynamoDb(endpoint))
const callOf = callsOver({ ...fixed, store }, seeded, certificate)

const cases = await casesOf(seeded, (one) => callOf(one)())
const measured = cases.map((one) => ({ name: one.name, call: callOf(one) }))
for (const { call } of measured) await call()
replay()
for (const { call } of measured) await cost(warmUpCalls, call)
report(await interleave(measured, rounds, ({ call }) => cost(calls, call)))

/** What calls cost this process, one after the other. */
async function cost(count: number, call: () => Promise<unknown>): Promise<Sample> {
  const before = process.cpuUsage()
  for (let i = 0; i < count; i++) await call()
  const { user, system } = process.cpuUsage(before)
  return { calls: count, cpuMicroseconds: user + system }
}
