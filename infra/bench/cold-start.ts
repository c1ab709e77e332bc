import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { startEmbeddedEngine } from '../emulator/engine.ts'
import { type LambdaProcessOptions, startLambdaProcess } from '../emulator/lambda/lambda-process.ts'
import { type Package, unpack } from '../emulator/lambda/packaged-functions.ts'
import { readPackagedTemplate } from '../emulator/lambda/packaged-template.ts'
import { developmentCertificates } from '../emulator/site/certificates.ts'
import { localRuntime, localVariables } from '../emulator/local-runtime.ts'
import { localAws } from '../tables/tables.ts'
import { seedService } from './cases.ts'
import { type FirstEvent, firstEvents, isExpected } from './first-events.ts'
import { figure, interleave, type Measured } from './rounds.ts'
import { table } from './table.ts'

type Case = Omit<LambdaProcessOptions, 'onLine'> & FirstEvent

/** The times, in milliseconds. */
interface ColdStart {
  readonly ready: number
  readonly first: number
  readonly second: number
}

const BARE = 'export const handler = async () => ({ statusCode: 200 })'

/**
 * @returns lines with the milliseconds until each packaged function requests its first event, and until it has answered
 * @throws Complaint if there is no package
 * @throws Error that names a function that fails, answers wrongly, or does not answer within its time limit
 */
export async function coldStarts(packaged: Package, rounds: number): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const engine = await startEmbeddedEngine({})
  opened.defer(engine.close)
  const folder = await mkdtemp(join(tmpdir(), 'certbound-cold-start-'))
  opened.defer(() => rm(folder, { recursive: true }))
  const runtime = await localRuntime(engine.endpoint, 1, { LOG_LEVEL: 'silent' })
  opened.defer(runtime.store.close)
  const bare = await bareCase(folder, packaged.client)
  const cases = [bare, ...(await packagedCases(packaged, folder, engine.endpoint, runtime))]
  return lines(rounds, await interleave(cases, rounds, coldStart))
}

/** The case of a handler that does nothing, for comparison. */
async function bareCase(folder: string, client: string): Promise<Case> {
  const bare = join(folder, 'bare')
  await mkdir(bare)
  await writeFile(join(bare, 'index.mjs'), BARE)
  const first = { event: () => Promise.resolve({}), expected: '200' }
  const limits = { handler: 'index.handler', timeoutSeconds: 20, memoryMegabytes: 1024 }
  return { name: 'a handler that does nothing', ...limits, client, folder: bare, environment: {}, ...first }
}

/** The cases of the packaged functions, with a seeded service. */
async function packagedCases(
  packaged: Package,
  folder: string,
  endpoint: string,
  runtime: Runtime,
): Promise<Case[]> {
  const seeded = await seedService(runtime)
  const { clients } = await developmentCertificates(join(folder, 'certificates'), ['bench'])
  const first = await firstEvents(runtime, seeded, clients.bench.cert)

  const here = { variables: localVariables(seeded.serviceId), aws: localAws(endpoint) }
  const functions = await readPackagedTemplate(packaged.template)
  const cases = functions.map(async (each) => {
    const event = first[basename(each.archive, '.zip')]
    if (event === undefined) throw new Error(`infra/bench/first-events.ts has no event for ${each.name}`)
    return { ...(await unpack(each, packaged, here, folder)), ...event }
  })
  return Promise.all(cases)
}

async function coldStart({ event: newEvent, expected, ...start }: Case): Promise<ColdStart> {
  const event = await newEvent()
  const begun = performance.now()
  const running = await startLambdaProcess({ ...start, onLine: () => undefined })
  const ready = performance.now()
  try {
    const answers = [await running.invoke(event)]
    const first = performance.now()
    answers.push(await running.invoke(event))
    const second = performance.now()
    // The time of a wrong answer is worthless.
    const wrong = answers.find((answer) => !isExpected(answer, expected))
    if (wrong !== undefined) throw new Error(`it answered ${JSON.stringify(wrong)}`)
    return { ready: ready - begun, first: first - begun, second: second - first }
  } catch (error) {
    throw new Error(`${start.name} failed: ${(error as Error).message}`, { cause: error })
  } finally {
    await running.close()
  }
}

function lines(rounds: number, starts: readonly Measured<ColdStart>[]): string[] {
  const [bare = []] = starts.map(({ samples }) => samples)
  const median = (each: readonly ColdStart[], of: keyof ColdStart) =>
    figure(each.map((start) => start[of])).median
  const rows = starts.map(({ name, samples }) => {
    const milliseconds = (of: keyof ColdStart) => median(samples, of).toFixed(0)
    const ratio = (of: keyof ColdStart) => (median(samples, of) / median(bare, of)).toFixed(2)
    const cells = (of: 'ready' | 'first') => [milliseconds(of), ratio(of)]
    return [name, ...cells('ready'), ...cells('first'), milliseconds('second')]
  })
  return [
    `Milliseconds from the start of the process, median of ${rounds} rounds; the second answer is measured from the first`,
    '',
    ...table(['', 'ready', 'x bare', 'first answer', 'x bare', 'second answer'], rows),
  ]
}
