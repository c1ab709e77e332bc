import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import type { Random } from '../support/random.ts'
import type { Asked } from './requests.ts'

/** An end that the other side does not expect is the point here. */
export async function open(options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect(options)
  await once(socket, 'secureConnect')
  return socket.on('error', () => socket.destroy())
}

/** Sends all that is written to it in small pieces. */
export function slowly(socket: Socket, random: Random): Socket {
  const write = socket.write.bind(socket)
  let last = Promise.resolve()
  const trickle = async (text: Buffer) => {
    const size = Math.ceil(text.length / (3 + random.int(4)))
    for (let at = 0; at < text.length; at += size) {
      if (!socket.writable) return
      write(text.subarray(at, at + size))
      await delay(20 + random.int(100))
    }
  }
  socket.write = (chunk: string | Uint8Array): boolean => {
    last = last.then(() => trickle(Buffer.from(chunk as string)))
    return true
  }
  return socket
}

/** The places at which a client leaves: before its request is whole, or when its answer comes. */
export const LEAVES = ['after the handshake', 'in the header', 'in the body', 'in the answer'] as const

/** Sends a part of a request, and ends the connection. A request that is not whole changes nothing. */
export async function leave(socket: Socket, asked: Asked, where: (typeof LEAVES)[number]): Promise<void> {
  const { head, body } = textOf(asked)
  const part = {
    'after the handshake': '',
    'in the header': head.slice(0, head.length / 2),
    'in the body': head + body.slice(0, body.length / 2),
    'in the answer': head + body,
  }[where]
  if (part !== '') await new Promise((resolve) => socket.write(part, resolve))
  if (where === 'in the answer') await Promise.race([once(socket, 'data'), once(socket, 'close')])
  socket.destroy()
}

function textOf({ path, headers = {}, body = '' }: Asked): { readonly head: string; readonly body: string } {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)
  const own = ['host: localhost', `content-length: ${Buffer.byteLength(body)}`, 'connection: close']
  return { head: [`POST ${path} HTTP/1.1`, ...own, ...lines, '', ''].join('\r\n'), body: String(body) }
}
