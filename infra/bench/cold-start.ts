import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { runtimeFor } from '../../shared/runtime.ts'
import { findLambdaRuntime } from '../emulator/lambda-runtime.ts'
import { startEmbeddedEngine } from '../emulator/engine.ts'
import { startLambdaProcess } from '../emulator/lambda/lambda-process.ts'
import { unpack, valuesOf } from '../emulator/lambda/packaged-functions.ts'
import { type PackagedFunction, readPackagedTemplate } from '../emulator/lambda/packaged-template.ts'
import { newIdentity, seed } from '../emulator/seed.ts'
import { deployedVariables } from '../emulator/site.ts'
import { createTables, localAws } from '../tables/tables.ts'
import { engineAt, settingsFor, SITE } from './deployment.ts'
import { conditions, table } from './report.ts'
import { figure } from './rounds.ts'
import { basic } from './services.ts'

const USAGE = `npm run bench:start -- [--rounds N]
  Milliseconds of a cold start of each packaged function (npm run package) under Lambda's runtime client
  (npm run lambda-runtime): until it asks for its first event, and until it has answered that.`

interface Case extends Pick<PackagedFunction, 'name' | 'handler' | 'timeoutSeconds' | 'memoryMegabytes'> {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly event: object
}

/** Milliseconds. */
interface ColdStart {
  readonly ready: number
  readonly first: number
  readonly second: number
}

const BARE = 'export const handler = async () => ({ statusCode: 200 })'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '9' }, help: { type: 'boolean' } },
  })
  const rounds = Number(values.rounds)
  if (values.help === true || !Number.isSafeInteger(rounds) || rounds < 1) {
    console.log(USAGE)
    return
  }
  const client = await findLambdaRuntime()
  if (client === undefined) throw new Error(USAGE)
  const engine = await startEmbeddedEngine({})
  const folder = await mkdtemp(join(tmpdir(), 'certbound-cold-start-'))
  try {
    const cases = await prepare(folder, engine.endpoint)
    const starts = new Map<Case, ColdStart[]>(cases.map((each) => [each, []]))
    for (let round = 0; round < rounds; round++) {
      for (const each of cases) starts.get(each)?.push(await coldStart(each, client))
    }
    print(rounds, starts)
  } finally {
    await rm(folder, { recursive: true })
    await engine.close()
  }
}

/** The packaged functions, and before them a handler that does nothing, over a seeded service. */
async function prepare(folder: string, endpoint: string): Promise<Case[]> {
  const identity = newIdentity()
  const settings = settingsFor(identity.serviceId)
  await createTables(endpoint, settings.registryTable, settings.grantsTable)
  const runtime = runtimeFor(settings, engineAt(endpoint))
  await seed(runtime.store, { ...identity, issuer: 'https://mtls.bench.example' }, runtime.now())
  runtime.store.close()

  const aws = localAws(endpoint)
  const packaged = await readPackagedTemplate(
    resolve('.serverless/cloudformation-template-update-stack.json'),
  )
  const cases = packaged.map(async (each): Promise<Case> => {
    const unpacked = join(folder, each.name)
    await unpack(join(resolve('dist'), each.archive), unpacked)
    const variables = valuesOf(each, { variables: deployedVariables(settings), aws })
    const credentials = basic(identity.serviceApiKey, identity.serviceApiSecret)
    return {
      ...each,
      folder: unpacked,
      environment: { ...variables, ...aws },
      event: eventFor(each, credentials),
    }
  })
  const bare = join(folder, 'bare')
  await mkdir(bare)
  await writeFile(join(bare, 'index.mjs'), BARE)
  const about = {
    handler: 'index.handler',
    timeoutSeconds: 20,
    memoryMegabytes: 1024,
    environment: {},
    event: {},
  }
  return [{ ...about, name: 'a handler that does nothing', folder: bare }, ...(await Promise.all(cases))]
}

/** To the function's first route, with good credentials and nothing else: the store is asked once. */
function eventFor({ routes: [route = ''] }: PackagedFunction, authorization: string): object {
  return {
    version: '2.0',
    routeKey: `ANY ${route}`,
    headers: { authorization, 'content-type': 'application/json' },
    requestContext: { ...SITE, requestId: 'bench', http: { method: 'POST' } },
    body: '{}',
    isBase64Encoded: false,
  }
}

async function coldStart({ event, ...start }: Case, client: string): Promise<ColdStart> {
  const times = [performance.now()]
  const running = await startLambdaProcess({ ...start, client, onLine: () => undefined })
  times.push(performance.now())
  await running.invoke(event)
  times.push(performance.now())
  await running.invoke(event)
  times.push(performance.now())
  await running.close()
  const [begun = 0, ready = 0, first = 0, second = 0] = times
  return { ready: ready - begun, first: first - begun, second: second - first }
}

function print(rounds: number, starts: ReadonlyMap<Case, readonly ColdStart[]>): void {
  const { date, node, cpu, cores } = conditions()
  const median = (each: readonly ColdStart[], of: keyof ColdStart) =>
    figure(each.map((start) => start[of])).median
  const [bare = []] = starts.values()
  const rows = [...starts].map(([{ name }, measured]) => {
    const ratio = (of: 'ready' | 'first') => (median(measured, of) / median(bare, of)).toFixed(2)
    const milliseconds = (of: keyof ColdStart) => median(measured, of).toFixed(0)
    return [
      name,
      milliseconds('ready'),
      ratio('ready'),
      milliseconds('first'),
      ratio('first'),
      milliseconds('second'),
    ]
  })
  const head = ['', 'ready', 'x bare', 'first answer', 'x bare', 'second answer']
  console.log(
    [
      `certbound cold start, ${date}, Node ${node}, ${cores} x ${cpu}`,
      `Milliseconds from the start of the process, median of ${rounds} rounds; the second answer from the first`,
      '',
      ...table(head, rows),
    ].join('\n'),
  )
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
