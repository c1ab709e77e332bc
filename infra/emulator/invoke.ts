import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { command, Complaint } from '../command.ts'
import { ROOT } from '../root.ts'

const HELP = `certbound invoke: runs one deployed handler on one API Gateway event, over an engine in memory

  npm run invoke -- FUNCTION EVENT.json     for example: token test/events/httpapi-v2-mtls.json

The service is the one of npm start, with one more client: client-1, which authenticates with the certificate of the
events in test/events. MTLS_DOMAINS and API_IDS of the environment decide which events may bring a certificate; by
default they are those of test/events.`

export const COMMAND = command({
  help: HELP,
  options: {},
  allowPositionals: true,
  run: async ({ positionals }, io) => {
    const [name, file, ...more] = positionals
    if (name === undefined || file === undefined || more.length > 0) {
      io.err(HELP)
      return 1
    }
    const names = await readdir(join(ROOT, 'functions'))
    if (!names.includes(name)) {
      throw new Complaint(`unknown function ${name}: the functions are ${names.join(', ')}`)
    }
    const event = await readEvent(file)
    const { invoke } = await import('./invocation.ts')
    io.out(JSON.stringify(await invoke(name, event, io.env), null, 2))
    return 0
  },
})

async function readEvent(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    throw new Complaint(`${file} cannot be read as JSON`, { cause: error })
  }
}
