import { afterAll, describe, test } from 'vitest'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { OPERATIONS } from '../model/run.ts'
import { startCuttingProxy } from '../support/cutting-proxy.ts'
import { seeded } from '../support/random.ts'
import { ALL, SEED } from './fault-list.ts'
import { meetStep } from './meet-step.ts'
import { tryFaults } from './trials.ts'

/** Variants of each step, with other objects and in another mode. */
const VARIANTS = ALL ? [0, 1, 2, 3, 4, 5] : [0]
/** With every fault at every call a step takes minutes on a busy machine. */
const LIMIT_MILLISECONDS = ALL ? 1_200_000 : undefined

const REFRESHES = ['kept', 'rotated', 'idempotent'] as const

const engine = await startEmbeddedEngine({})
const proxy = await startCuttingProxy(engine.endpoint)
afterAll(async () => {
  await proxy.close()
  await engine.close()
})

/** `commands.test.ts` has provision. */
const NOT_REQUESTS = ['clock', 'again', 'goOn', 'provision']
const STEPS = Object.keys(OPERATIONS).filter((name) => !NOT_REQUESTS.includes(name))
const random = seeded(SEED)
const TRIED = STEPS.map((name) => [name, random.fork()] as const)

describe.each(TRIED)('%s', (name, own) => {
  test(
    'the model allows all answers during and after any fault between certbound and its store',
    async () => {
      const first = own.int(6)
      for (const variant of VARIANTS) {
        const more = { pick: own.int(12), other: first + variant, how: own.int(2) }
        const mode = { refresh: own.pick(REFRESHES), jwt: own.int(2) === 0 }
        const step = { do: name, by: 0 as const, ...more }
        await tryFaults(meetStep(engine.endpoint, proxy, step, mode), own)
      }
    },
    LIMIT_MILLISECONDS,
  )
})
