import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { type LambdaProcess, startLambdaProcess } from '../emulator/lambda/lambda-process.ts'
import { type Package, unpack } from '../emulator/lambda/packaged-functions.ts'
import { readPackagedTemplate } from '../emulator/lambda/packaged-template.ts'
import { localRuntime, localVariables } from '../emulator/local-runtime.ts'
import { bareFunctions } from './bare-functions.ts'
import { callsOver } from './calls.ts'
import { type Case, casesOf, type Format } from './cases.ts'
import { eventOfCase } from './events.ts'
import { firstEvents, isExpected } from './first-events.ts'
import { floorCalls } from './floor.ts'
import { proofCases } from './proof-cases.ts'
import type { Sample } from './rounds.ts'
import type { BenchSite } from './site.ts'

/** The archives of a build. */
export interface Build {
  readonly name: string
  readonly archives: string
}

/** Events for a function that runs under Lambda's runtime client, in a process for each build. */
export interface WarmCase {
  readonly name: string
  readonly event: () => object
  readonly expected: string
  /** In the order of the builds; one only for a function without this project. */
  readonly processes: readonly LambdaProcess[]
}

const MEASURED_BY_CASES = ['token', 'introspection', 'standard-introspection']
const RARE = ['announcement', 'certificate-lists']

/**
 * Starts the packaged functions of each build and those without this project, one after the other.
 *
 * @param keys as for `proofCases`
 * @param opened the stack that ends the processes
 */
export async function warmCases(
  { folder, certificates, database, seeded, aws }: BenchSite,
  packaged: Package,
  builds: readonly Build[],
  keys: number,
  opened: AsyncDisposableStack,
): Promise<WarmCase[]> {
  const certificate = certificates.clients.bench.cert
  const runtime = await localRuntime(database.plain, seeded.opaque.serviceId, { LOG_LEVEL: 'silent' })
  opened.defer(runtime.store.close)
  const callOf = callsOver(runtime, seeded, certificate)
  const send = (one: Case) => callOf(one)()
  const functions = await readPackagedTemplate(packaged.template)
  const started = new Map<string, LambdaProcess>()

  const start = async (key: string, options: Omit<Parameters<typeof startLambdaProcess>[0], 'onLine'>) => {
    const running = started.get(key) ?? (await startLambdaProcess({ ...options, onLine: () => undefined }))
    if (!started.has(key)) opened.defer(running.close)
    started.set(key, running)
    return running
  }
  /** The processes of a function, with the service of a format. None for a part of a package, which is without the function. */
  const processesOf = async (isFunction: (each: (typeof functions)[number]) => boolean, format: Format) => {
    const found = functions.find(isFunction)
    if (found === undefined) return []
    const here = { variables: localVariables(seeded[format].serviceId), aws }
    const processes: LambdaProcess[] = []
    for (const { name, archives } of builds) {
      const from = { ...packaged, archives }
      const options = await unpack(found, from, here, `${folder}/${name}-${format}`)
      processes.push(await start(options.folder, options))
    }
    return processes
  }

  const bare = await bareFunctions(
    { folder, client: packaged.client, aws },
    await floorCalls(database.plain, seeded.opaque, certificate),
  )
  const warm: WarmCase[] = []
  for (const { name, event, expected, ...options } of bare) {
    const processes = [await start(options.folder, { ...options, name })]
    warm.push({ name, event: event, expected, processes })
  }
  const cases = [
    ...(await casesOf(seeded, send)),
    ...(await proofCases(database.plain, seeded.opaque, keys, send)),
  ]
  for (const one of cases) {
    const processes = await processesOf(({ routes }) => routes.includes(one.path), one.format)
    const event = () => eventOfCase(one, certificate)
    warm.push({ name: one.name, event, expected: one.expected, processes })
  }
  const others = Object.entries(await firstEvents(runtime, seeded.opaque, certificate))
  for (const [name, { event: newEvent, expected }] of others) {
    if (MEASURED_BY_CASES.includes(name) || RARE.includes(name)) continue
    const event = await newEvent()
    const processes = await processesOf(({ archive }) => basename(archive, '.zip') === name, 'opaque')
    warm.push({ name, event: () => event, expected, processes })
  }
  return warm.filter(({ processes }) => processes.length > 0)
}

/** Invokes a function with the next events of a case. @throws Error for a wrong answer */
export async function invoke(
  { name, event, expected }: Omit<WarmCase, 'processes'>,
  running: LambdaProcess,
  calls: number,
): Promise<Sample> {
  const before = cpuMicroseconds(running.pid)
  for (let i = 0; i < calls; i++) {
    // A proof is good for a minute, so none is made in advance. Only the CPU time of the function counts.
    const answer = await running.invoke(event())
    if (!isExpected(answer, expected)) throw new Error(`${name}: the answer is ${JSON.stringify(answer)}`)
  }
  return { calls, cpuMicroseconds: cpuMicroseconds(running.pid) - before }
}

/** The CPU time of all threads of a process. Linux counts it in nanoseconds. */
function cpuMicroseconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000
}
