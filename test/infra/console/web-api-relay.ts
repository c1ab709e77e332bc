import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterAll } from 'vitest'
/** A relay between a console and its Web API. */
export interface Relay {
  readonly baseUrl: string
  /** All bytes that the console has sent. */
  sent: string
  /** The method of the calls that break the connection. */
  away: string | undefined
}

export async function relayTo(webApiUrl: string): Promise<Relay> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const upstream = connect(Number(new URL(webApiUrl).port), 'localhost')
    for (const one of [socket, upstream]) {
      sockets.add(one)
      one.once('error', () => one.destroy())
      one.once('close', () => [socket, upstream].forEach((end) => end.destroy()))
    }
    socket.on('data', (chunk) => {
      const text = chunk.toString('latin1')
      if (relay.away !== undefined && text.startsWith(relay.away)) return socket.destroy()
      relay.sent += text
      return upstream.write(chunk)
    })
    upstream.pipe(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const relay: Relay = { baseUrl: `http://localhost:${port}`, sent: '', away: undefined }
  afterAll(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return relay
}

/** Whether a call was sent that could change a record. */
export const hasChange = ({ sent }: Relay) => /^(?:POST|DELETE|PUT) /m.test(sent)
