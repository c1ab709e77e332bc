import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readLongRun } from '../support/long-run.ts'
import { answered } from '../support/tested-codes/answered.ts'
import { type Slow, tryInputs } from './campaign.ts'
import { keep } from './corpus.ts'
import { closeSite } from './site.ts'
import { TARGETS } from './targets.ts'

/** Inputs of one target before the next one has its turn. */
const RUNS = 100
/** Memory may grow so much after a quarter of the time, when all caches are full. */
const GROWTH_MEGABYTES = 24
/** In a shorter run the caches are not full after a quarter. */
const STEADY_MILLISECONDS = 60_000

const { milliseconds, seed } = readLongRun('fuzz')
process.exitCode = await fuzz()

async function fuzz(): Promise<number> {
  const [begin, end] = [performance.now(), performance.now() + milliseconds]
  const counts = new Map(TARGETS.map(({ name }) => [name, 0]))
  const found = new Set<string>()
  const slow: Slow[] = []
  let settled: number | undefined
  for (let turn = 0; performance.now() < end; turn++) {
    const target = TARGETS[(seed + turn) % TARGETS.length]
    if (target === undefined) throw new Error('no targets')
    const finding = await tryInputs(target, (seed + turn) | 0, RUNS, (one) => slow.push(one))
    counts.set(target.name, (counts.get(target.name) ?? 0) + RUNS)
    if (finding !== undefined) {
      const message = finding.message.split('\n', 3).join('\n')
      const kind = `${target.name} ${message.replace(/\d+/g, '0').slice(0, 80)}`
      if (!found.has(kind))
        console.log(
          `FOUND ${target.name}: ${message}\n  test/fuzz/corpus/${keep(target, finding.input, message)}`,
        )
      found.add(kind)
    }
    if (settled === undefined && performance.now() > begin + (end - begin) / 4) settled = await megabytes()
  }
  return report(counts, found.size, slow, settled ?? 0, await megabytes())
}

function report(
  counts: ReadonlyMap<string, number>,
  found: number,
  slow: readonly Slow[],
  settled: number,
  last: number,
): number {
  for (const [name, count] of counts) console.log(`${name.padEnd(18)}${count} inputs`)
  console.log(`${answered.size} different results of endpoints`)
  console.log(`${slow.length} inputs over 50 ms of CPU`)
  for (const { target, milliseconds, input } of slow
    .toSorted((a, b) => b.milliseconds - a.milliseconds)
    .slice(0, 10))
    console.log(`  ${target}: ${Math.round(milliseconds)} ms, ${JSON.stringify(input).slice(0, 200)}`)
  const isFlat = milliseconds < STEADY_MILLISECONDS || last - settled <= GROWTH_MEGABYTES
  console.log(
    `memory after a quarter of the time ${settled} MB, at the end ${last} MB${isFlat ? '' : ': NOT flat'}`,
  )
  console.log(`${found} findings`)
  return found === 0 && isFlat ? 0 : 1
}

/** The memory in use after a garbage collection, without the tables. */
async function megabytes(): Promise<number> {
  await closeSite()
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  return Math.round(process.memoryUsage().heapUsed / 1_000_000)
}
