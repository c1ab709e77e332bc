import { mkdir } from 'node:fs/promises'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import dynalite from 'dynalite'
import { Complaint } from '../command.ts'
import { listen } from '../connections/listen.ts'
import { listsTables } from '../tables/tables.ts'

export interface Engine {
  readonly endpoint: string
  readonly close: () => Promise<void>
}

interface LevelDirectory {
  open(): Promise<void>
  close(): Promise<void>
}

const IMMEDIATELY = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }

/**
 * A DynamoDB in this process, on 127.0.0.1 only.
 *
 * @param directory keeps the data between runs; in memory without it
 * @param port a free one by default
 * @throws Complaint when the directory or the port cannot be used
 */
export async function startEmbeddedEngine({
  directory,
  port = 0,
}: {
  directory?: string
  port?: number
}): Promise<Engine> {
  if (directory !== undefined) await tryDirectory(directory)
  const server = dynalite(directory === undefined ? IMMEDIATELY : { ...IMMEDIATELY, path: directory })
  refuseWebPages(server)
  // dynalite rethrows the error of a request that breaks off, which would end the process.
  server.on('request', (request: IncomingMessage) => request.removeAllListeners('error'))
  const listening = await listen(server, port, '--engine-port')
  const endpoint = `http://127.0.0.1:${listening.port}`
  // dynalite has opened, and locked, its directory only when it answers.
  await listsTables(endpoint)
  return { endpoint, close: listening.close }
}

/**
 * dynalite takes every request and allows every web page to read the answers (CORS). Browsers send `Origin` with the requests of
 * a page, and the SDK never does.
 */
function refuseWebPages(server: Server): void {
  const [serve] = server.listeners('request') as [
    (request: IncomingMessage, response: ServerResponse) => void,
  ]
  server.off('request', serve)
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.origin === undefined) serve.call(server, request, response)
    else response.writeHead(403).end()
  })
}

/** dynalite opens its directory later, when a failure would end the process. So this opens it once before. */
async function tryDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const level = levelOfDynalite(directory)
    await level.open()
    await level.close()
  } catch (error) {
    throw new Complaint(`data directory ${directory} ${complaint(error as Error)}`, { cause: error })
  }
}

function levelOfDynalite(directory: string): LevelDirectory {
  const requireFromDynalite = createRequire(import.meta.resolve('dynalite'))
  const { Level } = requireFromDynalite('level') as { Level: new (directory: string) => LevelDirectory }
  return new Level(directory)
}

function complaint(error: NodeJS.ErrnoException): string {
  const reason = error.cause === undefined ? error : (error.cause as NodeJS.ErrnoException)
  if (reason.code === 'LEVEL_LOCKED') return 'is in use by another process'
  return `cannot be opened (${reason.code ?? reason.message})`
}
