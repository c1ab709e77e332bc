import type { AddressInfo, Server, Socket } from 'node:net'
import { Complaint } from '../command.ts'

const HOST = '127.0.0.1'

export interface Listening {
  readonly port: number
  /** Stops listening and ends every connection, including kept-alive and half-open ones. */
  readonly close: () => Promise<void>
}

/**
 * Listens on this machine only.
 *
 * @param port the port; a free one by default
 * @param option the command line option that sets this port, for the error message
 * @throws Complaint if the port cannot be used
 */
export function listen(server: Server, port = 0, option = ''): Promise<Listening> {
  const sockets = new Set<Socket>()
  // closeAllConnections() misses connections during their TLS handshake, and close() waits for those.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const stop = () =>
    new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()))
      for (const socket of sockets) socket.destroy()
    })
  let stopped: Promise<void> | undefined

  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new Complaint(`${complaint(error, port)}: choose another with ${option}`, { cause: error }))
    })
    server.listen(port, HOST, () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => (stopped ??= stop()) })
    })
  })
}

function complaint(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'EADDRINUSE') return `port ${port} is in use`
  return `port ${port} of ${HOST} cannot be used (${error.code ?? error.message})`
}
