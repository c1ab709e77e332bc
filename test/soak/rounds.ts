import { presentAll } from '../model/audit.ts'
import { AUTHORIZATION_STEPS } from '../model/authorization-steps.ts'
import { CLIENT_TOKEN_STEPS } from '../model/client-token-steps.ts'
import { MANAGEMENT_STEPS } from '../model/management-steps.ts'
import { HOWS } from '../model/presentation.ts'
import { PRESENTING_STEPS } from '../model/presenting-steps.ts'
import { CLIENT_STEPS, createClient, deleteClient } from '../model/registry-steps.ts'
import { isStopped } from '../model/model.ts'
import { END, type Operation, type Operations, type Step } from '../model/steps.ts'
import { TOKEN_STEPS } from '../model/token-steps.ts'
import type { Random } from '../support/random.ts'
import { OTHER_STEPS } from './other-steps.ts'
import { SoakPlay } from './play.ts'
import { OUTAGES } from './store-outages.ts'
import type { World } from './world.ts'

const OPERATIONS: Operations<SoakPlay> = {
  ...AUTHORIZATION_STEPS,
  ...TOKEN_STEPS,
  ...PRESENTING_STEPS,
  ...MANAGEMENT_STEPS,
  ...CLIENT_TOKEN_STEPS,
  ...CLIENT_STEPS,
  ...OTHER_STEPS,
}
/** Each round but the first does without half of the others, so that these come closer to each other. */
const ALWAYS = ['create', 'refresh', 'clientCreate', 'garbage']

export interface Size {
  readonly steps: number
  readonly atOnce: number
}

/** Grants of the round before are dead, and stay dead. */
const KEPT_GRANTS = 12

/**
 * Takes steps that follow from the seed, until nothing is under way. In the end everything that was held is presented, and the clients go.
 *
 * @param outage whether the store goes in the middle, and comes back
 */
export async function playRound(
  world: World,
  random: Random,
  { steps, atOnce }: Size,
  { outage, before }: { readonly outage: boolean; readonly before: SoakPlay | undefined },
): Promise<SoakPlay> {
  const play = new SoakPlay(world)
  play.services.push(world.service)
  play.grants.push(...(before?.grants.slice(-KEPT_GRANTS) ?? []))
  const [, fate] = random.pick(OUTAGES)
  const [gone, back] = [Math.floor(steps / 2), Math.floor((steps * 2) / 3)]
  const operations = weighted(random, before === undefined ? 1 : 2)
  let next = 0
  const take = async () => {
    while (next < steps && !world.report.failed) {
      const at = next++
      if (outage && at === gone) world.outages.begin(fate())
      if (outage && at === back) world.outages.end()
      await takeStep(play, random, operations)
    }
  }
  await attempt(play, async () => {
    for (const pick of world.methods.keys()) await createClient(play, { ...stepOf(random), pick, other: 0 })
    await Promise.all(Array.from({ length: atOnce }, take))
    world.outages.end()
    await presentAll(play)
    for (const client of play.clients) {
      if (isStopped(client, END) !== 'yes') await deleteClient(play, stepOf(random), client)
    }
  })
  return play
}

/** One of four comes three times at once. */
async function takeStep(
  play: SoakPlay,
  random: Random,
  operations: readonly Operation<SoakPlay>[],
): Promise<void> {
  const step = stepOf(random)
  const { take } = fitting(play, random, operations)
  await attempt(play, async () => {
    const first = take(play, step)
    const { last } = play
    const repeats = random.int(4) === 0 && last !== undefined ? [last, last] : []
    await Promise.all([first, ...repeats.map((asked) => play.ask(step, asked))])
  })
}

function fitting(
  play: SoakPlay,
  random: Random,
  operations: readonly Operation<SoakPlay>[],
): Operation<SoakPlay> {
  const operation = random.pick(operations)
  return operation.fits(play) ? operation : fitting(play, random, operations)
}

/** Each as often as it is to be chosen. @param share one of this number of operations is there */
function weighted(random: Random, share: number): Operation<SoakPlay>[] {
  const all = Object.entries(OPERATIONS)
  const there = all.filter(([name]) => ALWAYS.includes(name) || random.int(share) === 0)
  return there.flatMap(([, operation]) => Array.from({ length: operation.weight }, () => operation))
}

const stepOf = (random: Random): Step => ({
  ...{ do: 'soak', by: 0, pick: random.int(12), other: random.int(12), how: random.int(HOWS) },
})

/** Runs a step. If the model refuses the answer, the round ends. */
async function attempt({ world }: SoakPlay, run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (error) {
    world.report.fault('wrong decision', error instanceof Error ? String(error.stack) : String(error))
  }
}
