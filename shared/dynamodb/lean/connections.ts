import * as plain from 'node:http'
import * as tls from 'node:https'
import { CONNECTION_TIMEOUT_MILLISECONDS, REQUEST_TIMEOUT_MILLISECONDS } from '../dynamodb.ts'

/** In milliseconds. */
export interface Limits {
  readonly connecting: number
  readonly answering: number
}

export interface Response {
  readonly status: number
  readonly headers: plain.IncomingHttpHeaders
  readonly body: Buffer
}

/** Kept-alive connections to DynamoDB. */
export class Connections {
  readonly #limits: Limits
  readonly #request: typeof plain.request
  readonly #to: plain.RequestOptions & { readonly agent: plain.Agent }

  constructor({ protocol, hostname, port }: URL, limits: Partial<Limits>) {
    this.#limits = {
      connecting: limits.connecting ?? CONNECTION_TIMEOUT_MILLISECONDS,
      answering: limits.answering ?? REQUEST_TIMEOUT_MILLISECONDS,
    }
    const { Agent, request } = protocol === 'https:' ? tls : plain
    this.#request = request
    // The last connection that was used comes first, so that the others can end.
    const agent = new Agent({ keepAlive: true, scheduling: 'lifo' })
    // The brackets of an IPv6 address belong to the URL.
    this.#to = { method: 'POST', path: '/', host: hostname.replace(/^\[|\]$/g, ''), port, agent }
  }

  /** @throws Error of the connection, which has a `code` */
  exchange(headers: readonly string[], body: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      const request = this.#request({ ...this.#to, headers }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          })
        })
      })
      const limited = (milliseconds: number) =>
        setTimeout(() => request.destroy(timeout(milliseconds)), milliseconds)
      const timer = limited(this.#limits.answering)
      request.once('error', reject)
      request.once('close', () => clearTimeout(timer))
      request.once('socket', (socket) => {
        if (!socket.connecting) return
        const connecting = limited(this.#limits.connecting)
        const connected = () => clearTimeout(connecting)
        socket.once('connect', connected).once('close', connected)
      })
      request.end(body)
    })
  }

  close(): void {
    this.#to.agent.destroy()
  }
}

function timeout(milliseconds: number): Error {
  return Object.assign(new Error(`no answer after ${String(milliseconds)} ms`), { code: 'ETIMEDOUT' })
}
