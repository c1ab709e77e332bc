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
  readonly #agent: plain.Agent
  readonly #request: typeof plain.request
  readonly #to: plain.RequestOptions

  constructor({ protocol, hostname, port }: URL, limits: Partial<Limits>) {
    const { connecting = CONNECTION_TIMEOUT_MILLISECONDS, answering = REQUEST_TIMEOUT_MILLISECONDS } = limits
    this.#limits = { connecting, answering }
    const { Agent, request } = protocol === 'https:' ? tls : plain
    // The last one that was used comes first, so that the others can end.
    this.#agent = new Agent({ keepAlive: true, scheduling: 'lifo' })
    this.#request = request
    // The brackets of an IPv6 address belong to the URL.
    const host = hostname.replace(/^\[|\]$/g, '')
    this.#to = { method: 'POST', host, port, path: '/', agent: this.#agent }
  }

  /** @throws Error of the connection, which has a `code` */
  exchange(headers: readonly string[], body: string): Promise<Response> {
    return new Promise((resolve, reject) => {
      const request = this.#request({ ...this.#to, headers })
      const limit = (milliseconds: number, doing: string) =>
        setTimeout(() => request.destroy(timeout(doing, milliseconds)), milliseconds)
      const whole = limit(this.#limits.answering, 'waiting for an answer')
      request.once('error', (error) => {
        clearTimeout(whole)
        reject(error)
      })
      request.once('socket', (socket) => {
        if (!socket.connecting) return
        const connecting = limit(this.#limits.connecting, 'connecting')
        const connected = () => clearTimeout(connecting)
        socket.once('connect', connected).once('close', connected)
      })
      request.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('close', () => clearTimeout(whole))
        response.once('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          })
        })
      })
      request.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

function timeout(doing: string, milliseconds: number): Error {
  return Object.assign(new Error(`timeout after ${String(milliseconds)} ms of ${doing}`), {
    code: 'ETIMEDOUT',
  })
}
