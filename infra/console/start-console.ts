import type { Server } from 'node:http'
import { Complaint } from '../command.ts'
import { listen, type Listening } from '../connections/listen.ts'
import { newHostName } from './gate.ts'
import { consoleServers } from './server.ts'
import { openSessions } from './sessions.ts'
import { checkBaseUrl, type Connection } from './web-api.ts'

export interface ConsoleOptions {
  readonly connection: Connection
  /** A free port by default. */
  readonly port?: number | undefined
  /** The command line option that sets the port. */
  readonly option?: string
  /** Whether links stay valid until the process ends, for development. */
  readonly reusableLinks?: boolean
  readonly onError: (line: string) => void
  /** Milliseconds since the epoch. */
  readonly clock?: () => number
}

export interface RunningConsole {
  readonly port: number
  /** The URL that begins a new session. It contains a secret. */
  readonly newLink: () => string
  readonly close: () => Promise<void>
}

/**
 * Serves the console on this machine only. All sessions end when it is closed.
 *
 * @throws Complaint if the port cannot be used, or if credentials must not be sent to the Web API's URL
 */
export async function startConsole(options: ConsoleOptions): Promise<RunningConsole> {
  const { onError, option = '--port', clock = Date.now, reusableLinks = false } = options
  const connection = { ...options.connection, baseUrl: checkBaseUrl(options.connection.baseUrl) }
  const sessions = openSessions(clock, reusableLinks)
  let origin = ''
  const parts = { connection, clock, onError, sessions, origin: () => origin }
  const { newServer, close: closeWebApi } = await consoleServers(parts)
  const listening = await listen(newServer(), options.port, option)
  const { port } = listening
  origin = `http://${newHostName()}:${port}`
  const second = await listenToIpv6(newServer(), listening, option)
  return {
    port,
    newLink: () => `${origin}/link/${sessions.newLink()}`,
    async close() {
      closeWebApi()
      await Promise.all([listening.close(), second?.close()])
    },
  }
}

/**
 * Browsers also try `::1` for the name of the console. If another process listened on this port there, it would get the link.
 *
 * @returns `undefined` on a machine without IPv6
 * @throws Complaint
 */
async function listenToIpv6(
  server: Server,
  first: Listening,
  option: string,
): Promise<Pick<Listening, 'close'> | undefined> {
  const { port } = first
  const code = await new Promise<string | undefined>((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen(port, '::1', () => resolve(undefined))
  })
  if (code === undefined) return { close: () => closed(server) }
  if (code !== 'EADDRINUSE') return undefined
  await first.close()
  throw new Complaint(`port ${port} of ::1 is in use: choose another with ${option}`)
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
