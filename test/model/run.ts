import fc from 'fast-check'
import { audit } from './audit.ts'
import { seeded } from '../support/random.ts'
import { AUTHORIZATION_STEPS } from './authorization-steps.ts'
import { CERTIFICATE_STEPS } from './certificate-steps.ts'
import { CLIENT_TOKEN_STEPS } from './client-token-steps.ts'
import { LIST_STEPS } from './list-steps.ts'
import { MANAGEMENT_STEPS } from './management-steps.ts'
import { HOWS } from './presentation.ts'
import { RENEWAL_STEPS } from './renewal-steps.ts'
import { PRESENTING_STEPS } from './presenting-steps.ts'
import { CLIENT_STEPS, provision, SERVICE_STEPS } from './registry-steps.ts'
import { type Conditions, DirectPlay } from './schedule.ts'
import type { Operations, Step } from './steps.ts'
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

const CLOCK_SECONDS = [1, 1, 1, 2, 5, 11, 30]
const STOPS = [1, 2, 3, 4, 6, 100]

export const OPERATIONS: Operations<DirectPlay> = {
  ...AUTHORIZATION_STEPS,
  ...TOKEN_STEPS,
  ...PRESENTING_STEPS,
  ...MANAGEMENT_STEPS,
  ...CLIENT_TOKEN_STEPS,
  ...RENEWAL_STEPS,
  ...CERTIFICATE_STEPS,
  ...LIST_STEPS,
  ...CLIENT_STEPS,
  ...SERVICE_STEPS,
  clock: {
    weight: 14,
    fits: () => true,
    take: (play, { other }) => play.wait(CLOCK_SECONDS[other % 7] ?? 1),
  },
  again: {
    weight: 20,
    fits: ({ last }) => last !== undefined,
    take: again,
  },
  goOn: {
    weight: 36,
    fits: (play) => play.isBusy,
    take: (play, { pick, other }) => play.goOn(pick, STOPS[other % 6] ?? 1),
  },
}

/** Sends the last request once more. */
export async function again(play: DirectPlay, step: Step): Promise<void> {
  if (play.last !== undefined) await play.ask(step, play.last)
}

class Command implements fc.AsyncCommand<DirectPlay, DirectPlay> {
  readonly step: Step

  constructor(step: Step) {
    this.step = step
  }

  check(play: Readonly<DirectPlay>): boolean {
    const { do: name } = this.step
    return !play.without.has(name) && OPERATIONS[name]?.fits(play as DirectPlay) === true
  }

  async run(play: DirectPlay): Promise<void> {
    const { step } = this
    if (step.twice !== true) return OPERATIONS[step.do]?.take(play, step)
    // The second one comes, at the other process, while the first one waits.
    await OPERATIONS[step.do]?.take(play, { ...step, stops: step.stops ?? step.other % 6 })
    await again(play, { ...step, by: step.by === 0 ? 1 : 0, stops: undefined })
  }

  toString(): string {
    return JSON.stringify(this.step)
  }
}

async function playOut(
  endpoint: string,
  {
    mode,
    seed,
    commands,
  }: { mode: Mode; seed: number; commands: Iterable<fc.AsyncCommand<DirectPlay, DirectPlay>> },
  conditions: Conditions = {},
): Promise<void> {
  const world = await openWorld(endpoint, mode, seed)
  const play = new DirectPlay(world, missing(seed), conditions)
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

/** Each run does without some operations, so that the others come closer to each other. The seeds below 4 have all. */
function missing(seed: number): Set<string> {
  const random = seeded(seed)
  const isMissing = (name: string) => !ALWAYS.includes(name) && random.int(2) === 0
  return new Set(seed < 4 ? [] : Object.keys(OPERATIONS).filter(isMissing))
}

const ALWAYS = ['create', 'refresh', 'clock', 'goOn', 'again']

const step = fc.record({
  do: fc.oneof(
    ...Object.entries(OPERATIONS).map(([name, { weight }]) => ({ weight, arbitrary: fc.constant(name) })),
  ),
  by: fc.constantFrom(0 as const, 1 as const),
  pick: fc.nat(11),
  other: fc.nat(11),
  how: fc.nat(HOWS - 1),
  twice: fc.nat(3).map((chance) => chance === 3),
  stops: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 2, arbitrary: fc.nat(7) }),
})

const MAX_STEPS = 100

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
