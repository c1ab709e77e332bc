import fc from 'fast-check'
import { audit } from './audit.ts'
import { MANAGEMENT_STEPS } from './management-steps.ts'
import { Play } from './play.ts'
import { provision, REGISTRY_STEPS } from './registry-steps.ts'
import type { Operation, Step } from './steps.ts'
import { TOKEN_STEPS } from './token-steps.ts'
import { type Mode, openWorld } from './world.ts'

/**
 * How to use this: `playExample(endpoint, example)` plays given steps over an engine, and `propertyOver(endpoint)` is a property of
 * fast-check for random ones. The endpoint may be that of a proxy in front of an engine; if that one makes faults, pass
 * `{ mayFail: true }`, and a request may answer 503 or fail: then the model takes it that its outcome is unknown.
 */
export interface Example {
  readonly mode: Mode
  readonly seed: number
  readonly steps: readonly Step[]
}

export interface Conditions {
  readonly mayFail?: boolean
}

const CLOCK_SECONDS = [1, 1, 1, 2, 5, 11, 30]
const STOPS = [1, 2, 3, 4, 6, 100]

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...TOKEN_STEPS,
  ...MANAGEMENT_STEPS,
  ...REGISTRY_STEPS,
  clock: { weight: 6, fits: () => true, take: (play, { other }) => play.wait(CLOCK_SECONDS[other % 7] ?? 1) },
  goOn: {
    weight: 14,
    fits: (play) => play.isBusy,
    take: (play, { pick, other }) => play.goOn(pick, STOPS[other % 6] ?? 1),
  },
}

class Command implements fc.AsyncCommand<Play, Play> {
  readonly step: Step

  constructor(step: Step) {
    this.step = step
  }

  check(play: Readonly<Play>): boolean {
    return OPERATIONS[this.step.do]?.fits(play as Play) ?? false
  }

  async run(play: Play): Promise<void> {
    await OPERATIONS[this.step.do]?.take(play, this.step)
  }

  toString(): string {
    return JSON.stringify(this.step)
  }
}

async function playOut(
  endpoint: string,
  { mode, seed, commands }: { mode: Mode; seed: number; commands: Iterable<fc.AsyncCommand<Play, Play>> },
  { mayFail = false }: Conditions = {},
): Promise<void> {
  const world = await openWorld(endpoint, mode, seed)
  const play = new Play(world, mayFail)
  try {
    await provision(play, { do: 'provision', by: 0, pick: 0, other: 0 })
    await fc.asyncModelRun(() => ({ model: play, real: play }), commands)
    await audit(play)
  } finally {
    world.close()
  }
}

/** Plays given steps. */
export function playExample(endpoint: string, { mode, seed, steps }: Example): Promise<void> {
  return playOut(endpoint, { mode, seed, commands: steps.map((step) => new Command(step)) })
}

const step = fc.record({
  do: fc.oneof(
    ...Object.entries(OPERATIONS).map(([name, { weight }]) => ({ weight, arbitrary: fc.constant(name) })),
  ),
  by: fc.constantFrom(0 as const, 1 as const),
  pick: fc.nat(11),
  other: fc.nat(11),
  stops: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.nat(7) }),
})

const MAX_STEPS = 40

/** Random runs over an engine, or over what stands in front of one. */
export function propertyOver(endpoint: string, conditions: Conditions = {}) {
  return fc.asyncProperty(
    fc.constantFrom('kept' as const, 'rotated' as const, 'idempotent' as const),
    fc.boolean(),
    fc.nat(1_000_000),
    fc.commands([step.map((given) => new Command(given))], { maxCommands: MAX_STEPS, size: 'max' }),
    (refresh, jwt, seed, commands) =>
      playOut(endpoint, { mode: { refresh, jwt }, seed, commands }, conditions),
  )
}
