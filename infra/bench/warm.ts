import type { Package } from '../emulator/lambda/packaged-functions.ts'
import { cpuPerCall, figure, interleave, type Measured, medianInterval, type Sample } from './rounds.ts'
import { openSite } from './site.ts'
import { table } from './table.ts'
import { type Build, invoke, type WarmCase, warmCases } from './warm-functions.ts'

export interface WarmPlan {
  readonly rounds: number
  /** The invocations of each case in a round. */
  readonly requests: number
  /** The invocations of each case before the measurement. */
  readonly warmUp: number
  readonly keys: number
  readonly withTls: boolean
}

/** The ratio from which on a build is slower than another one. */
const SLOWER = 1.03

/** @returns lines with the CPU time of an invocation of each packaged function under Lambda's runtime client */
export async function measureWarm(packaged: Package, plan: WarmPlan): Promise<string[]> {
  const measured = await measure(packaged, [{ name: 'this', archives: packaged.archives }], plan)
  const samplesOf = ({ samples }: (typeof measured)[number]) => samples.map(([sample]) => sample as Sample)
  const bare = measured.slice(0, 3).map((each) => cpuPerCall(samplesOf(each)).median)
  const rows = measured.map((each) => {
    const { median, min, max } = cpuPerCall(samplesOf(each))
    const ratios = bare.map((floor) => (median / floor).toFixed(2))
    return [each.name, median.toFixed(0), `${min.toFixed(0)}-${max.toFixed(0)}`, ...ratios]
  })
  return [
    ...headOf('CPU microseconds of an invocation under Lambda’s runtime client', plan),
    ...table(['', 'median', 'min-max', 'x nothing', 'x put', 'x batch get'], rows),
  ]
}

/**
 * @param other the build to compare with
 * @returns lines with the CPU time of an invocation of both builds, and the median of the ratios in the rounds with its 95 % interval
 */
export async function measureAgainst(packaged: Package, other: Build, plan: WarmPlan): Promise<string[]> {
  const builds = [{ name: 'this', archives: packaged.archives }, other]
  const measured = (await measure(packaged, builds, plan)).slice(3)
  const rows = measured.map(({ name, samples }) => {
    const costs = [0, 1].map((build) => samples.map((pair) => perCall(pair[build])))
    const { median, low, high } = medianInterval(
      samples.map(([own, theirs]) => perCall(own) / perCall(theirs)),
    )
    const verdict = low > SLOWER ? 'slower' : high < 1 / SLOWER ? 'faster' : ''
    const interval = `${low.toFixed(3)}-${high.toFixed(3)}`
    const medians = costs.map((values) => figure(values).median.toFixed(0))
    return [name, ...medians, median.toFixed(3), interval, verdict]
  })
  return [
    ...headOf(
      `CPU microseconds of an invocation of this build and of ${other.name} under Lambda’s runtime client`,
      plan,
    ),
    ...table(['', 'this', other.name, 'ratio', '95 % interval', ''], rows),
    '',
    `The ratio is the median of those of the rounds. A build is slower if the whole interval is above ${SLOWER}.`,
  ]
}

function headOf(what: string, { rounds, requests, withTls }: WarmPlan): string[] {
  const transport = withTls ? 'over TLS' : 'without TLS'
  return [`${what}, with DynamoDB ${transport}: median of ${rounds} rounds of ${requests}`, '']
}

/** @returns for each case and round a sample of each build */
async function measure(
  packaged: Package,
  builds: readonly Build[],
  { rounds, requests, warmUp, keys, withTls }: WarmPlan,
): Promise<Measured<readonly Sample[]>[]> {
  await using opened = new AsyncDisposableStack()
  const site = await openSite(withTls, opened)
  const cases = await warmCases(site, packaged, builds, keys, opened)
  for (const each of cases) for (const running of each.processes) await invoke(each, running, warmUp)
  return await interleave(cases, rounds, (each) => takeTurns(each, requests))
}

/**
 * A quarter of the requests to each process in turn. Each process has each place equally often, so that a trend affects all of them alike, and
 * each follows itself equally often, because it then finds the caches of the processor warm.
 */
async function takeTurns(each: WarmCase, requests: number): Promise<Sample[]> {
  const quarter = Math.ceil(requests / 4)
  const there = each.processes.map((running) => ({ running, calls: 0, cpuMicroseconds: 0 }))
  const back = there.toReversed()
  for (const sum of [...there, ...back, ...back, ...there]) {
    const { calls, cpuMicroseconds } = await invoke(each, sum.running, quarter)
    sum.calls += calls
    sum.cpuMicroseconds += cpuMicroseconds
  }
  return there.map(({ calls, cpuMicroseconds }) => ({ calls, cpuMicroseconds }))
}

function perCall({ calls, cpuMicroseconds }: Sample = { calls: 0, cpuMicroseconds: 0 }): number {
  return cpuMicroseconds / calls
}
