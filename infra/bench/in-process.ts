import { type Runtime, runtimeFor } from '../../shared/runtime.ts'
import { startEmbeddedEngine } from '../emulator/engine.ts'
import { createTables } from '../tables/tables.ts'
import { cannedAboveSdk, cannedBelowSdk } from './canned-store.ts'
import { argument, report } from './child.ts'
import { settingsFor } from './deployment.ts'
import { makeCertificate } from './certificate.ts'
import { type HandlerCase, handlerCases } from './handler-cases.ts'
import { partCases } from './parts.ts'
import { interleave, measureHere, type NamedSamples, type Sample } from './rounds.ts'

export interface InProcessArgument {
  readonly rounds: number
  /** Of a case in a round. */
  readonly calls: number
}

export interface InProcessReady {
  readonly handlers: readonly HandlerRow[]
  readonly parts: readonly NamedSamples[]
}

export interface HandlerRow {
  readonly name: string
  /** With what the SDK makes of each call, up to its request handler. */
  readonly withSdk: readonly Sample[]
  /** This project's code alone. */
  readonly withoutSdk: readonly Sample[]
}

const WARM_UP_CALLS = 3000
/** Of a part for one of a handler: parts take microseconds. */
const PART_CALLS = 10

const { rounds, calls } = argument() as InProcessArgument
const certificate = await makeCertificate()
const settings = settingsFor(1)
const runtime = runtimeFor(settings)
report({ handlers: await measureHandlers(), parts: await measureParts() } satisfies InProcessReady)

async function measureHandlers(): Promise<HandlerRow[]> {
  // A code must not expire however long the bench runs.
  const startedAt = runtime.now()
  const fixed: Runtime = { ...runtime, now: () => startedAt }
  const engine = await startEmbeddedEngine({})
  try {
    await createTables(engine.endpoint, settings.registryTable, settings.grantsTable)
    const withSdk = await handlerCases(fixed, cannedBelowSdk(fixed, engine.endpoint), certificate)
    const withoutSdk = await handlerCases(fixed, cannedAboveSdk(fixed, engine.endpoint), certificate)
    const measured = await measureAll([...withSdk, ...withoutSdk])
    return withSdk.map(({ name }, i) => ({
      name,
      withSdk: measured[i]?.samples ?? [],
      withoutSdk: measured[withSdk.length + i]?.samples ?? [],
    }))
  } finally {
    await engine.close()
  }
}

async function measureAll(cases: readonly HandlerCase[]): Promise<NamedSamples[]> {
  for (const { call } of cases) await measureHere(WARM_UP_CALLS, call)
  return interleave(cases, rounds, ({ call }) => measureHere(calls, call))
}

async function measureParts() {
  const parts = partCases(runtime, certificate)
  for (const { call } of parts) await measureHere(WARM_UP_CALLS, call)
  return interleave(parts, rounds, ({ call }) => measureHere(calls * PART_CALLS, call))
}
