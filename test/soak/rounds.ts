import { CONNECTIONS } from './connections.ts'
import { GARBAGE } from './garbage.ts'
import { HOSTILE } from './hostile.ts'
import { MANAGEMENT } from './management.ts'
import type { Random } from '../support/random.ts'
import { OUTAGES } from './store-outages.ts'
import { GOOD, type Story } from './stories.ts'
import type { World } from './world.ts'

const ALL = [...GOOD, ...MANAGEMENT, ...HOSTILE, ...GARBAGE, ...CONNECTIONS]
const WEIGHTED: readonly Story[] = ALL.flatMap(([weight, story]) =>
  Array.from({ length: weight }, () => story),
)

export interface Size {
  /** At least as many as there are different ones: each is played once. */
  readonly stories: number
  /** Stories at once. */
  readonly atOnce: number
}

/**
 * Plays stories of the seed, until nothing is under way.
 *
 * @param outage whether the store goes in the middle, and comes back
 */
export async function playRound(world: World, random: Random, size: Size, outage: boolean): Promise<void> {
  const drawn = draw(random, size.stories).map((story) => ({ story, random: random.fork() }))
  const [, fate] = random.pick(OUTAGES)
  const [gone, back] = [Math.floor(drawn.length / 2), Math.floor((drawn.length * 2) / 3)]
  let next = 0
  const play = async () => {
    while (next < drawn.length && !world.report.failed) {
      const at = next++
      if (outage && at === gone) world.outages.begin(fate())
      if (outage && at === back) world.outages.end()
      const { story, random: own } = drawn[at] as (typeof drawn)[number]
      await story(world, own)
    }
  }
  await Promise.all(Array.from({ length: size.atOnce }, play))
  world.outages.end()
}

function draw(random: Random, stories: number): Story[] {
  const left = ALL.map(([, story]) => story)
  const shuffled = ALL.map(() => left.splice(random.int(left.length), 1)[0] as Story)
  return [
    ...shuffled,
    ...Array.from({ length: Math.max(0, stories - ALL.length) }, () => random.pick(WEIGHTED)),
  ]
}
