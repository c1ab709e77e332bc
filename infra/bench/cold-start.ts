import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedEngine } from '../emulator/engine.ts'
import { type LambdaProcessOptions, startLambdaProcess } from '../emulator/lambda/lambda-process.ts'
import { type Package, unpack } from '../emulator/lambda/packaged-functions.ts'
import { type PackagedFunction, readPackagedTemplate } from '../emulator/lambda/packaged-template.ts'
import { localRuntime, localVariables } from '../emulator/local-runtime.ts'
import { localAws } from '../tables/tables.ts'
import { basic, eventOf, seedService } from './cases.ts'
import { figure, interleave, type Measured } from './rounds.ts'
import { table } from './table.ts'

interface Case extends Omit<LambdaProcessOptions, 'onLine'> {
  readonly event: object
}

/** Milliseconds. */
interface ColdStart {
  readonly ready: number
  readonly first: number
  readonly second: number
}

const BARE = 'export const handler = async () => ({ statusCode: 200 })'

/**
 * @returns lines: milliseconds of each packaged function until it asks for its first event, and until it has answered
 * @throws Complaint when nothing is packaged
 */
export async function coldStarts(packaged: Package, rounds: number): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const engine = await startEmbeddedEngine({})
  opened.defer(engine.close)
  const folder = await mkdtemp(join(tmpdir(), 'certbound-cold-start-'))
  opened.defer(() => rm(folder, { recursive: true }))
  const cases = [
    await bareCase(folder, packaged.client),
    ...(await packagedCases(packaged, folder, engine.endpoint)),
  ]
  return lines(rounds, await interleave(cases, rounds, coldStart))
}

/** A handler that does nothing, to compare with. */
async function bareCase(folder: string, client: string): Promise<Case> {
  const bare = join(folder, 'bare')
  await mkdir(bare)
  await writeFile(join(bare, 'index.mjs'), BARE)
  const limits = { handler: 'index.handler', timeoutSeconds: 20, memoryMegabytes: 1024 }
  return { name: 'a handler that does nothing', ...limits, client, folder: bare, environment: {}, event: {} }
}

/** The packaged functions over a seeded service. */
async function packagedCases(packaged: Package, folder: string, endpoint: string): Promise<Case[]> {
  const runtime = await localRuntime(endpoint, 1)
  const { serviceId, serviceApiKey, serviceApiSecret } = await seedService(runtime)
  runtime.store.close()

  const authorization = basic(serviceApiKey, serviceApiSecret)
  const here = { variables: localVariables(serviceId), aws: localAws(endpoint) }
  const functions = await readPackagedTemplate(packaged.template)
  const cases = functions.map(async (each) => {
    const unpacked = await unpack(each, packaged, here, folder)
    return { ...unpacked, event: eventFor(each, authorization) }
  })
  return Promise.all(cases)
}

/** For the function's first route, with good credentials and no members: it asks the store once. An authorizer has no route. */
function eventFor({ routes: [route] }: PackagedFunction, authorization: string): object {
  const event = eventOf(route ?? '', authorization, 'application/json', '{}')
  return route === undefined ? { ...event, type: 'REQUEST', routeArn: 'arn:aws:execute-api' } : event
}

async function coldStart({ event, ...start }: Case): Promise<ColdStart> {
  const begun = performance.now()
  const running = await startLambdaProcess({ ...start, onLine: () => undefined })
  const ready = performance.now()
  try {
    await running.invoke(event)
    const first = performance.now()
    await running.invoke(event)
    return { ready: ready - begun, first: first - begun, second: performance.now() - first }
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
    `Milliseconds from the start of the process, median of ${rounds} rounds; the second answer from the first`,
    '',
    ...table(['', 'ready', 'x bare', 'first answer', 'x bare', 'second answer'], rows),
  ]
}
