import { afterAll, describe, expect, test } from 'vitest'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { OPERATIONS } from '../model/run.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { seeded } from '../support/random.ts'
import { ALL, SEED } from './fault-list.ts'
import { meetStep } from './meet-step.ts'
import { tryFaults } from './trials.ts'

/** With every effect at every call a step takes a minute, and several on a busy machine. */
const LIMIT_MILLISECONDS = ALL ? 1_200_000 : undefined

const REFRESHES = ['kept', 'rotated', 'idempotent'] as const

const engine = await startEmbeddedEngine({})
const proxy = await startCuttingProxy(engine.endpoint)
afterAll(async () => {
  await proxy.close()
  await engine.close()
})

/** The variants of a step differ in their objects and in the mode. There are six kinds of updates. */
const variantsOf = (name: string) => (ALL ? (name === 'update' ? 6 : REFRESHES.length) : 1)

/** These write nothing with the right credentials. */
const READING = ['introspect', 'standard', 'userinfo', 'userinfoIssue']

/** `commands.test.ts` has provision. The job that reads lists answers nobody. */
const NOT_REQUESTS = ['clock', 'again', 'goOn', 'provision', 'readList']
const STEPS = Object.keys(OPERATIONS).filter((name) => !NOT_REQUESTS.includes(name))
const random = seeded(SEED)
/** Without `FAULTS` only every fourth step is tried. With a number in it, every second one is, so that the seeds of two runs of `.ci/run` can cover all. */
const isTried = (_: unknown, index: number) =>
  ALL || (process.env['FAULTS'] === undefined ? index % 4 === 0 : (index + SEED) % 2 === 0)
const TRIED = STEPS.map((name) => [name, random.fork()] as const).filter(isTried)

describe.each(TRIED)('%s', (name, own) => {
  test(
    'the model allows all answers during and after any fault between certbound and its store',
    async () => {
      const first = own.int(6)
      let writes = 0
      for (let variant = first; variant < first + variantsOf(name); variant++) {
        // One variant concerns the objects of the requests before it, which certainly can be used.
        const pick = ALL && variant === first ? 1 : own.int(12)
        const step = { do: name, by: 0 as const, pick, other: variant, how: own.int(2) }
        const mode = { refresh: REFRESHES[variant % 3] ?? 'kept', jwt: own.int(2) === 0 }
        writes += await tryFaults(meetStep(engine.endpoint, proxy, step, mode), own)
      }
      if (ALL && !READING.includes(name)) expect(writes).toBeGreaterThan(0)
    },
    LIMIT_MILLISECONDS,
  )
})
