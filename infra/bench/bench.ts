import { command, Complaint } from '../command.ts'
import { startChild } from './child.ts'
import type { EngineReady } from './engine.ts'
import type { InProcessArgument, InProcessReady } from './in-process.ts'

const HELP = `certbound bench: CPU microseconds a request over real mutual TLS, with ratios to a bare echo

  --rounds N       rounds, in each of which every case is measured once (6; 9 with --cold-start)
  --requests N     requests of a case in a round (400)
  --engine NAME    embedded (default), or dynamodb-local, which needs Java
  --json           one JSON object instead of tables
  --cold-start     instead: milliseconds of a cold start of each packaged function (npm run package) under Lambda's
                   runtime client (npm run lambda-runtime), until it asks for its first event, and until it has
                   answered that
  --help`

const ENGINES = {
  embedded: async () => {
    const { ready, close } = await startChild<EngineReady>('engine.ts', {})
    return { endpoint: ready.endpoint, close }
  },
  'dynamodb-local': async () => (await import('../emulator/dynamodb-local.ts')).startDynamoDbLocal(),
}

export const COMMAND = command({
  help: HELP,
  options: {
    rounds: { type: 'string' },
    requests: { type: 'string', default: '400' },
    engine: { type: 'string', default: 'embedded' },
    json: { type: 'boolean', default: false },
    'cold-start': { type: 'boolean', default: false },
  },
  run: async ({ values }, { out }) => {
    const requests = countOf('requests', values.requests)
    const rounds = countOf('rounds', values.rounds ?? (values['cold-start'] ? '9' : '6'))
    if (values['cold-start']) {
      const { coldStarts } = await import('./cold-start.ts')
      const { packageHere } = await import('../emulator/lambda/packaged-functions.ts')
      for (const line of await coldStarts(await packageHere(), rounds)) out(line)
      return 0
    }
    const { engine, json } = values
    if (!isEngine(engine)) throw new Complaint(`--engine must be ${Object.keys(ENGINES).join(' or ')}`)
    const { measureLoopback } = await import('./loopback.ts')
    const { conditions, reportOf } = await import('./report.ts')
    const { endpoint, close } = await ENGINES[engine]()
    try {
      const loopback = await measureLoopback({ endpoint, rounds, requests })
      const inProcess = await measureInProcess({ rounds, calls: requests })
      out(reportOf({ ...conditions(), engine, rounds, requests, loopback, ...inProcess }, json))
    } finally {
      await close()
    }
    return 0
  },
})

/** In a fresh process: its compiler has seen only the code that is measured there. */
async function measureInProcess(argument: InProcessArgument): Promise<InProcessReady> {
  const { ready, close } = await startChild<InProcessReady>('in-process.ts', argument)
  await close()
  return ready
}

/** @throws Complaint */
function countOf(option: string, text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1) throw new Complaint(`--${option} must be a positive number`)
  return count
}

function isEngine(name: string): name is keyof typeof ENGINES {
  return Object.hasOwn(ENGINES, name)
}
