import { parseArgs } from 'node:util'
import { startDynamoDbLocal } from '../emulator/dynamodb-local.ts'
import { startChild } from './child.ts'
import type { EngineReady } from './engine.ts'
import type { InProcessArgument, InProcessReady } from './in-process.ts'
import { measureLoopback } from './loopback.ts'
import { conditions, print } from './report.ts'

const USAGE = `npm run bench -- [options]
  --rounds N       rounds, in each of which every case is measured once (6)
  --requests N     requests of a case in a round (400)
  --engine NAME    embedded (default), or dynamodb-local, which needs Java
  --json           one JSON object instead of tables
  --help`

const ENGINES = {
  embedded: async () => {
    const { ready, close } = await startChild<EngineReady>(new URL('./engine.ts', import.meta.url), {})
    return { endpoint: ready.endpoint, close }
  },
  'dynamodb-local': startDynamoDbLocal,
}

interface Options {
  readonly rounds: number
  readonly requests: number
  readonly engine: keyof typeof ENGINES
  readonly json: boolean
}

try {
  const options = readOptions()
  if (options === 'help') console.log(USAGE)
  else await bench(options)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function bench({ rounds, requests, engine, json }: Options): Promise<void> {
  const { endpoint, close } = await ENGINES[engine]()
  try {
    const loopback = await measureLoopback({ endpoint, rounds, requests })
    const inProcess = await measureInProcess({ rounds, calls: requests })
    print({ ...conditions(), engine, rounds, requests, loopback, ...inProcess }, json)
  } finally {
    await close()
  }
}

/** In a fresh process: the compiler has seen nothing but what is measured there. */
async function measureInProcess(argument: InProcessArgument): Promise<InProcessReady> {
  const program = new URL('./in-process.ts', import.meta.url)
  const { ready, close } = await startChild<InProcessReady>(program, argument)
  await close()
  return ready
}

/** @throws Error with the usage */
function readOptions(): Options | 'help' {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '6' },
      requests: { type: 'string', default: '400' },
      engine: { type: 'string', default: 'embedded' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { engine, json, help } = values
  if (help) return 'help'
  const [rounds, requests] = [Number(values.rounds), Number(values.requests)]
  const positive = [rounds, requests].every((number) => Number.isSafeInteger(number) && number > 0)
  if (!positive || !isEngine(engine)) throw new Error(USAGE)
  return { rounds, requests, engine, json }
}

function isEngine(name: string): name is keyof typeof ENGINES {
  return Object.hasOwn(ENGINES, name)
}
