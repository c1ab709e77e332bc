import * as plain from 'node:net'
import * as tls from 'node:tls'
import { CONNECTION_TIMEOUT_MILLISECONDS, REQUEST_TIMEOUT_MILLISECONDS } from '../dynamodb.ts'
import { type Response, readResponse } from './response.ts'

/** The time limits for connecting and for an answer, in milliseconds. */
export interface Limits {
  readonly connecting: number
  readonly answering: number
}

/**
 * Kept-alive connections to DynamoDB, with one request at a time on each. They are plain sockets, because with `node:http` or `undici`
 * a call costs more than twice the CPU time, and `undici` makes a cold start 45 ms longer (docs/performance.md).
 */
export class Connections {
  readonly #endpoint: URL
  readonly #limits: Limits
  /** The connection that was used last is used first, so that the others can end. */
  #idle: Connection[] = []
  /** The TLS session, which makes the next handshake shorter. */
  #session: Buffer | undefined

  constructor(endpoint: URL, limits: Partial<Limits>) {
    this.#endpoint = endpoint
    this.#limits = {
      connecting: limits.connecting ?? CONNECTION_TIMEOUT_MILLISECONDS,
      answering: limits.answering ?? REQUEST_TIMEOUT_MILLISECONDS,
    }
  }

  /** @throws Error of the connection or of the answer, which has a `code` */
  async exchange(headers: string, body: string): Promise<Response> {
    const connection = this.#idle.pop() ?? (await this.#open())
    const response = await connection.exchange(`POST / HTTP/1.1\r\n${headers}\r\n${body}`)
    if (connection.isUsable) this.#idle.push(connection)
    return response
  }

  close(): void {
    for (const connection of this.#idle) connection.end(new Error('closed'))
  }

  async #open(): Promise<Connection> {
    const { connecting, answering } = this.#limits
    const socket = await openSocket(this.#endpoint, connecting, this.#session)
    socket.on('session', (session: Buffer) => (this.#session = session))
    const connection = new Connection(socket, answering)
    socket.once('close', () => {
      this.#idle = this.#idle.filter((idle) => idle !== connection)
    })
    return connection
  }
}

function openSocket(
  { protocol, hostname, port }: URL,
  milliseconds: number,
  session: Buffer | undefined,
): Promise<plain.Socket> {
  const isTls = protocol === 'https:'
  // The brackets of an IPv6 address belong to the URL.
  const host = hostname.replace(/^\[|\]$/g, '')
  const to = { host, port: Number(port || (isTls ? 443 : 80)), noDelay: true }
  const servername = plain.isIP(host) === 0 ? host : ''
  return new Promise((resolve, reject) => {
    const socket = isTls ? tls.connect({ ...to, servername, session }) : plain.connect(to)
    const timer = setTimeout(() => socket.destroy(timeoutError(milliseconds)), milliseconds)
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      reject(resetError())
    })
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      resolve(socket)
    })
  })
}

interface PendingAnswer {
  readonly resolve: (response: Response) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

class Connection {
  readonly #socket: plain.Socket
  readonly #milliseconds: number
  #waiting: PendingAnswer | undefined
  #received: Buffer | undefined

  constructor(socket: plain.Socket, milliseconds: number) {
    this.#socket = socket
    this.#milliseconds = milliseconds
    socket.on('data', (bytes) => this.#read(bytes))
    socket.on('error', (error) => this.end(error))
    socket.once('close', () => this.end(resetError()))
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed
  }

  exchange(request: string): Promise<Response> {
    // With two requests, one would get the answer to the other.
    if (this.#waiting !== undefined) throw new Error('a request is under way on this connection')
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end(timeoutError(this.#milliseconds)), this.#milliseconds)
      this.#waiting = { resolve, reject, timer }
      this.#socket.ref()
      this.#socket.write(request, (error) => {
        if (error) this.end(error)
      })
    })
  }

  /** A connection also ends with an answer that is incomplete or unexpected: it must never be taken for the next answer. */
  end(error: Error): void {
    this.#socket.destroy()
    this.#take()?.reject(error)
  }

  #read(bytes: Buffer): void {
    try {
      if (this.#waiting === undefined) throw new Error('an answer without a request')
      this.#received = this.#received === undefined ? bytes : Buffer.concat([this.#received, bytes])
      const response = readResponse(this.#received)
      if (response === undefined) return
      if (response.headers.get('connection')?.toLowerCase() === 'close') this.#socket.destroy()
      // An idle connection must not keep the process alive.
      this.#socket.unref()
      this.#take()?.resolve(response)
    } catch (error) {
      this.end(error as Error)
    }
  }

  #take(): PendingAnswer | undefined {
    const waiting = this.#waiting
    clearTimeout(waiting?.timer)
    this.#waiting = this.#received = undefined
    return waiting
  }
}

function resetError(): Error {
  return Object.assign(new Error('DynamoDB closed the connection'), { code: 'ECONNRESET' })
}

function timeoutError(milliseconds: number): Error {
  return Object.assign(new Error(`no answer after ${String(milliseconds)} ms`), { code: 'ETIMEDOUT' })
}
