import { basename } from 'node:path'
import { startLambdaProcess } from '../emulator/lambda/lambda-process.ts'
import { type Here, type Package, unpack } from '../emulator/lambda/packaged-functions.ts'
import { readPackagedTemplate } from '../emulator/lambda/packaged-template.ts'
import { localRuntime, localVariables } from '../emulator/local-runtime.ts'
import { bareFunctions, type FunctionCase } from './bare-functions.ts'
import { type FirstEvent, firstEvents, isExpected } from './first-events.ts'
import { floorCalls } from './floor.ts'
import { figure, interleave, type Measured } from './rounds.ts'
import { openSite } from './site.ts'
import { table } from './table.ts'

/** The times, in milliseconds. */
interface ColdStart {
  readonly ready: number
  readonly first: number
  readonly second: number
}

/**
 * @returns lines with the milliseconds until each packaged function requests its first event, and until it has answered
 * @throws Complaint if there is no package
 * @throws Error that names a function that fails, answers wrongly, or does not answer within its time limit
 */
export async function coldStarts(packaged: Package, rounds: number, withTls: boolean): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const { folder, certificates, database, aws, seeded } = await openSite(withTls, opened)
  const { opaque } = seeded
  const runtime = await localRuntime(database.plain, opaque.serviceId, { LOG_LEVEL: 'silent' })
  opened.defer(runtime.store.close)

  const certificate = certificates.clients.bench.cert
  const here = { variables: localVariables(opaque.serviceId), aws }
  const floor = await floorCalls(database.plain, opaque, certificate)
  const bare = await bareFunctions({ folder, client: packaged.client, aws }, floor)
  const first = await firstEvents(runtime, opaque, certificate)
  const cases = [...bare, ...(await packagedCases(packaged, folder, here, first))]
  return lines(rounds, withTls, await interleave(cases, rounds, coldStart))
}

async function packagedCases(
  packaged: Package,
  folder: string,
  here: Here,
  first: Readonly<Record<string, FirstEvent>>,
): Promise<FunctionCase[]> {
  const functions = await readPackagedTemplate(packaged.template)
  const cases = functions.map(async (each) => {
    const event = first[basename(each.archive, '.zip')]
    if (event === undefined) throw new Error(`infra/bench/first-events.ts has no event for ${each.name}`)
    return { ...(await unpack(each, packaged, here, folder)), ...event }
  })
  return Promise.all(cases)
}

async function coldStart({ event: newEvent, expected, ...start }: FunctionCase): Promise<ColdStart> {
  const [event, next] = [await newEvent(), await newEvent()]
  const begun = performance.now()
  const running = await startLambdaProcess({ ...start, onLine: () => undefined })
  const ready = performance.now()
  try {
    const answers = [await running.invoke(event)]
    const first = performance.now()
    answers.push(await running.invoke(next))
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

function lines(rounds: number, withTls: boolean, starts: readonly Measured<ColdStart>[]): string[] {
  const [bare, , call] = starts
  const median = ({ samples = [] }: Partial<Measured<ColdStart>> = {}, of: keyof ColdStart) =>
    figure(samples.map((start) => start[of])).median
  const rows = starts.map((each) => {
    const milliseconds = (of: keyof ColdStart) => median(each, of).toFixed(0)
    const ratio = (of: keyof ColdStart, to = bare) => (median(each, of) / median(to, of)).toFixed(2)
    const first = [milliseconds('first'), ratio('first'), ratio('first', call)]
    return [each.name, milliseconds('ready'), ratio('ready'), ...first, milliseconds('second')]
  })
  const head = ['', 'ready', 'x nothing', 'first answer', 'x nothing', 'x batch get', 'second answer']
  return [
    `Milliseconds from the start of the process, median of ${rounds} rounds, with DynamoDB ${withTls ? 'over TLS' : 'without TLS'}; the second answer is`,
    'measured from the first',
    '',
    ...table(head, rows),
  ]
}
