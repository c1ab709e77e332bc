import { readLongRun } from '../support/long-run.ts'
import { seeded } from '../support/random.ts'
import type { SoakPlay } from './play.ts'
import { playRound, type Size } from './rounds.ts'
import { openWorld } from './world.ts'

export interface Soak {
  readonly seed: number
  /** Whether to play another round, after this number of rounds and this time. */
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
  const { report, edge, bare } = world
  const began = performance.now()
  let before: SoakPlay | undefined
  for (let rounds = 0; goesOn(rounds, performance.now() - began) && !report.failed; rounds++) {
    before = await playRound(world, random, size, { outage: rounds % 2 === 0, before })
    const measured = await edge.measure()
    const { resident: bareResident } = await bare.measureAfter(measured.handshakes)
    report.sample({ ...measured, bareResident }, performance.now() - began)
  }
  await world.close()
  const lines = [`seed ${seed}, refresh tokens are ${world.mode.refresh}`, '', ...report.lines()]
  return { lines, right: !report.failed }
}

async function main(): Promise<void> {
  const { seed, milliseconds: limit } = readLongRun('soak')
  const goesOn: Soak['goesOn'] = (_, milliseconds) => milliseconds < limit
  const { lines, right } = await soak({ seed, goesOn, size: { steps: 250, atOnce: 8 } })
  for (const line of lines) console.log(line)
  process.exitCode = right ? 0 : 1
}

/** It fails for a wrong decision, an undocumented answer, a secret in the log or growing memory. */
if (import.meta.main) await main()
