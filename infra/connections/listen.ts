import { Complaint } from '../command.ts'
import type { AddressInfo, Server, Socket } from 'node:net'

export interface Listening {
  readonly port: number
  /** Stops listening and ends every connection, kept-alive and half-open ones too. */
  readonly close: () => Promise<void>
}

export interface ListenAddress {
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** The command line option that sets this port, for the error message. */
  readonly option: string
}

/** @throws Complaint when the port cannot be had */
export function listen(server: Server, { host, port, option }: ListenAddress): Promise<Listening> {
  const sockets = new Set<Socket>()
  // closeAllConnections() misses connections whose TLS handshake is under way, and close() waits for those.
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
      reject(
        new Complaint(`${complaint(error, host, port)}: choose another with ${option}`, { cause: error }),
      )
    })
    server.listen(port, host, () => {
      resolve({ port: (server.address() as AddressInfo).port, close: () => (stopped ??= stop()) })
    })
  })
}

function complaint(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE') return `port ${port} is in use`
  return `port ${port} of ${host} cannot be used (${error.code ?? error.message})`
}
