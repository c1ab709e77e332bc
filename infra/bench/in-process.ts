import { type Runtime, runtimeFor } from '../../shared/runtime.ts'
import { startEmbeddedEngine } from '../emulator/engine.ts'
import { makeIdentity } from '../connections/identity.ts'
import { createTables } from '../tables/tables.ts'
import { cannedAboveSdk, cannedBelowSdk } from './canned-store.ts'
import { argument, report } from './child.ts'
import { handlerCases } from './handlers.ts'
import { partCases } from './parts.ts'
import { interleave, measureHere, type NamedSamples, type Sample } from './rounds.ts'
import { settingsFor } from './services.ts'

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
  /** With the work of the SDK for each call, down to its request handler. */
  readonly withSdk: readonly Sample[]
  /** This project's code only. */
  readonly withoutSdk: readonly Sample[]
}

const DAY_MILLISECONDS = 86_400_000
const WARM_UP_CALLS = 3000
/** Calls of a part for each call of a handler: parts take microseconds. */
const PART_CALLS = 10

const { rounds, calls } = argument() as InProcessArgument
const notBefore = new Date()
const notAfter = new Date(notBefore.getTime() + DAY_MILLISECONDS)
const { cert } = await makeIdentity({ profile: 'client', commonName: 'bench', notBefore, notAfter })
const settings = settingsFor(1)
const runtime = runtimeFor(settings)
const handlers = await measureHandlers()
const parts = await measure(partCases(runtime, cert), calls * PART_CALLS)
report({ handlers, parts } satisfies InProcessReady)

async function measureHandlers(): Promise<HandlerRow[]> {
  // A code must not expire however long the bench runs.
  const startedAt = runtime.now()
  const fixed: Runtime = { ...runtime, now: () => startedAt }
  const engine = await startEmbeddedEngine({})
  try {
    await createTables(engine.endpoint, settings.registryTable, settings.grantsTable)
    const withSdk = await handlerCases(fixed, cannedBelowSdk(fixed, engine.endpoint), cert)
    const withoutSdk = await handlerCases(fixed, cannedAboveSdk(fixed, engine.endpoint), cert)
    const measured = await measure([...withSdk, ...withoutSdk], calls)
    return withSdk.map(({ name }, i) => ({
      name,
      withSdk: measured[i]?.samples ?? [],
      withoutSdk: measured[withSdk.length + i]?.samples ?? [],
    }))
  } finally {
    await engine.close()
  }
}

async function measure(
  cases: readonly { readonly name: string; readonly call: () => unknown }[],
  callsInRound: number,
): Promise<NamedSamples[]> {
  for (const { call } of cases) await measureHere(WARM_UP_CALLS, call)
  return interleave(cases, rounds, ({ call }) => measureHere(callsInRound, call))
}
