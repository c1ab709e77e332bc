import { mkdir } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import dynalite from 'dynalite'
import { Complaint } from '../command.ts'
import { listen } from '../connections/listen.ts'
import { listsTables } from '../tables/tables.ts'
import { refuseEmptyKeys } from './empty-keys.ts'

export interface Engine {
  readonly endpoint: string
  readonly close: () => Promise<void>
}

/** An engine in this process. */
export interface EmbeddedEngine extends Engine {
  /** Answers a request of another server, for example one with TLS. */
  readonly serve: RequestListener
}

interface LevelDirectory {
  open(): Promise<void>
  close(): Promise<void>
}

type Write = (...parameters: unknown[]) => Promise<void>

/** The store of dynalite's directories: LevelDB, whose npm package contains its binaries. */
const { Level } = createRequire(import.meta.resolve('dynalite'))('level') as {
  Level: (new (directory: string) => LevelDirectory) & {
    readonly prototype: Record<'_put' | '_del' | '_batch', Write>
  }
}

// Makes each write wait for the disk. Without `sync`, which dynalite cannot set, a power failure would lose the last writes.
for (const name of ['_put', '_del', '_batch'] as const) {
  const write = Level.prototype[name]
  Level.prototype[name] = function (this: LevelDirectory, ...parameters) {
    const options = parameters.pop() as object
    return write.call(this, ...parameters, { ...options, sync: true })
  }
}

refuseEmptyKeys()

const IMMEDIATELY = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 }

/**
 * Starts a DynamoDB in this process, on 127.0.0.1 only.
 *
 * @param directory keeps the data, each write before its answer; if absent, the data is in memory
 * @throws DirectoryInUse
 * @throws Complaint if the directory cannot be used
 */
export async function startEmbeddedEngine({ directory }: { directory?: string }): Promise<EmbeddedEngine> {
  if (directory !== undefined) await tryDirectory(directory)
  const server = dynalite(directory === undefined ? IMMEDIATELY : { ...IMMEDIATELY, path: directory })
  refuseWebPages(server)
  // dynalite rethrows the error of an aborted request, which would end the process.
  server.on('request', (request: IncomingMessage) => request.removeAllListeners('error'))
  const listening = await listen(server)
  const endpoint = `http://127.0.0.1:${listening.port}`
  // dynalite has opened and locked its directory only after its first answer.
  await listsTables(endpoint)
  const serve: RequestListener = (...exchange) => server.emit('request', ...exchange)
  return { endpoint, serve, close: listening.close }
}

/**
 * Refuses requests of web pages, because dynalite accepts every request and allows every page to read the answers (CORS). Browsers send
 * `Origin` with the requests of a page; the SDK never does.
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

/** Another engine is using the directory. */
export class DirectoryInUse extends Complaint {}

/**
 * Opens and closes the directory of an engine as a test. dynalite opens it later, when a failure would end the process.
 *
 * @throws DirectoryInUse
 * @throws Complaint if it cannot be opened
 */
export async function tryDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const level = new Level(directory)
    await level.open()
    await level.close()
  } catch (error) {
    const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException
    if (code === 'LEVEL_LOCKED')
      throw new DirectoryInUse(`data directory ${directory} is in use by another process`, { cause: error })
    throw new Complaint(`data directory ${directory} cannot be opened (${code ?? message})`, { cause: error })
  }
}
