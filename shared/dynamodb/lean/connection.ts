import type { Socket } from 'node:net'
import { type Response, readResponse } from './response.ts'

interface PendingAnswer {
  readonly resolve: (response: Response) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** The connection ended before any byte of the answer, so another one may get the request at once. */
export class Unanswered extends Error {}

/** A connection to DynamoDB, with one request at a time. */
export class Connection {
  readonly #socket: Socket
  readonly #milliseconds: number
  #waiting: PendingAnswer | undefined
  #received: Buffer | undefined

  /** @param milliseconds the limit for an answer */
  constructor(socket: Socket, milliseconds: number) {
    this.#socket = socket
    this.#milliseconds = milliseconds
    socket.on('data', (bytes) => this.#read(bytes))
    socket.on('error', (cause) => this.#lose(cause))
    socket.once('end', () => this.#lose(resetError()))
    socket.once('close', () => this.#lose(resetError()))
  }

  get isUsable(): boolean {
    return !this.#socket.destroyed
  }

  /** @throws Unanswered, or Error of the connection or of the answer, which has a `code` */
  exchange(request: string): Promise<Response> {
    // With two requests, one would get the answer to the other.
    if (this.#waiting !== undefined) throw new Error('a request is under way on this connection')
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end(timeoutError(this.#milliseconds)), this.#milliseconds)
      this.#waiting = { resolve, reject, timer }
      this.#socket.ref()
      this.#socket.write(request, (error) => {
        if (error) this.#lose(error)
      })
    })
  }

  /** A connection also ends with an answer that is incomplete or unexpected: it must never be taken for the next answer. */
  end(error: Error): void {
    this.#socket.destroy()
    this.#take()?.reject(error)
  }

  #lose(cause: Error): void {
    this.end(this.#received === undefined ? new Unanswered('no answer', { cause }) : cause)
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

export function resetError(): Error {
  return Object.assign(new Error('DynamoDB closed the connection'), { code: 'ECONNRESET' })
}

export function timeoutError(milliseconds: number): Error {
  return Object.assign(new Error(`no answer after ${String(milliseconds)} ms`), { code: 'ETIMEDOUT' })
}
