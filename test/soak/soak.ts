import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { seeded } from './random.ts'
import { playRound, type Size } from './rounds.ts'
import { openWorld } from './world.ts'

const HELP = `npm run soak -- [options]: the local edge under good and hostile traffic

  --minutes N   ends after the round in which they are over (3)
  --seed S      what is sent; a number that an earlier run has printed
  --help

It fails for a wrong decision, an undocumented answer, a secret in the log or growing memory.`

export interface Soak {
  readonly seed: number
  /** Whether to play another round, after so many rounds and so much time. */
  readonly goesOn: (rounds: number, milliseconds: number) => boolean
  readonly size: Size
}

/** @returns the lines of the report, and whether everything was right */
export async function soak({
  seed,
  goesOn,
  size,
}: Soak): Promise<{ readonly lines: string[]; readonly right: boolean }> {
  const random = seeded(seed)
  const world = await openWorld(random)
  const { report, edge } = world
  const began = performance.now()
  for (let rounds = 0; goesOn(rounds, performance.now() - began) && !report.failed; rounds++) {
    await playRound(world, random, size, rounds % 2 === 0)
    report.sample(await edge.measure(), performance.now() - began)
  }
  await world.close()
  const lines = [`seed ${seed}, refresh tokens are ${world.refreshes}`, '', ...report.lines()]
  return { lines, right: !report.failed }
}

async function main(): Promise<void> {
  const options = {
    minutes: { type: 'string', default: '3' },
    seed: { type: 'string' },
    help: { type: 'boolean' },
  } as const
  const { values } = parseArgs({ options })
  const [minutes, seed] = [Number(values.minutes), Number(values.seed ?? randomInt(2 ** 32))]
  if (values.help === true || !(minutes > 0) || !Number.isSafeInteger(seed)) {
    console.log(HELP)
    process.exitCode = values.help === true ? 0 : 1
    return
  }
  console.log(`certbound soak: ${minutes} minutes, seed ${seed}`)
  const { lines, right } = await soak({
    seed,
    goesOn: (_, milliseconds) => milliseconds < minutes * 60_000,
    size: { stories: 40, atOnce: 8 },
  })
  for (const line of lines) console.log(line)
  process.exitCode = right ? 0 : 1
}

if (import.meta.main) await main()
