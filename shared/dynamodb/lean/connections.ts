import * as plain from 'node:net'
import * as tls from 'node:tls'
import { CONNECTION_TIMEOUT_MILLISECONDS, REQUEST_TIMEOUT_MILLISECONDS } from '../dynamodb.ts'
import { Connection, resetError, timeoutError, Unanswered } from './connection.ts'
import type { Response } from './response.ts'

/** The time limits for connecting, for an answer, and of a connection without a request, in milliseconds. */
export interface Limits {
  readonly connecting: number
  readonly answering: number
  readonly idle: number
}

/**
 * DynamoDB closes connections that were idle for 60 to 90 seconds, as others measured (aws/aws-sdk-java issue 1365, feast-dev/feast
 * pull request 5167). While Lambda stops a process, it does not hear of that.
 */
const IDLE_TIMEOUT_MILLISECONDS = 50_000

interface IdleConnection {
  readonly connection: Connection
  readonly sinceMilliseconds: number
}

interface OpeningConnection {
  readonly socket: plain.Socket
  readonly opened: Promise<Connection>
}

/**
 * Kept-alive connections to DynamoDB, with one request at a time on each. They are plain sockets, because with `node:https` a call costs
 * three times the CPU time (docs/performance.md).
 */
export class Connections {
  readonly #endpoint: URL
  readonly #limits: Limits
  readonly #timeMilliseconds: () => number
  /** The connection that was used last is used first, so that the others can end. */
  #idle: IdleConnection[] = []
  #early: OpeningConnection | undefined
  /** The TLS session, which makes the next handshake shorter. */
  #session: Buffer | undefined

  /** @param timeMilliseconds the system's clock in milliseconds, which goes on while Lambda stops the process */
  constructor(endpoint: URL, limits: Partial<Limits>, timeMilliseconds: () => number) {
    this.#endpoint = endpoint
    this.#limits = {
      connecting: limits.connecting ?? CONNECTION_TIMEOUT_MILLISECONDS,
      answering: limits.answering ?? REQUEST_TIMEOUT_MILLISECONDS,
      idle: limits.idle ?? IDLE_TIMEOUT_MILLISECONDS,
    }
    this.#timeMilliseconds = timeMilliseconds
  }

  /** Opens a connection for the first request. Nobody waits for it, and if it fails, the request opens another one. */
  openEarly(): void {
    const early = this.#open()
    early.socket.unref()
    void early.opened
      .then(
        (connection) => {
          // Otherwise a request has taken it.
          if (this.#early === early) this.#keep(connection)
        },
        () => undefined,
      )
      .finally(() => {
        if (this.#early === early) this.#early = undefined
      })
    this.#early = early
  }

  /**
   * If a connection that was open before ends without an answer, another one gets the request at once: DynamoDB may have closed it before the
   * request came. A write may then be done twice, which the store expects of each repeated request.
   *
   * @throws Error of the connection or of the answer, which has a `code`
   */
  async exchange(headers: string, body: string): Promise<Response> {
    const request = `POST / HTTP/1.1\r\n${headers}\r\n${body}`
    const known = this.#takeIdle() ?? (await this.#takeEarly())
    try {
      if (known !== undefined) return await this.#exchangeOn(known, request)
    } catch (error) {
      // The others may be dead as well.
      this.#endIdle(error as Error)
      if (!(error instanceof Unanswered)) throw error
    }
    try {
      return await this.#exchangeOn(await this.#open().opened, request)
    } catch (error) {
      throw error instanceof Unanswered ? error.cause : error
    }
  }

  close(): void {
    this.#endIdle(new Error('closed'))
    this.#early?.socket.destroy()
  }

  #endIdle(reason: Error): void {
    for (const { connection } of this.#idle.splice(0)) connection.end(reason)
  }

  async #exchangeOn(connection: Connection, request: string): Promise<Response> {
    const response = await connection.exchange(request)
    if (connection.isUsable) this.#keep(connection)
    return response
  }

  #keep(connection: Connection): void {
    this.#idle.push({ connection, sinceMilliseconds: this.#timeMilliseconds() })
  }

  /** Ends the connections that have been idle for too long, or since before a change of the clock. */
  #takeIdle(): Connection | undefined {
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      const age = this.#timeMilliseconds() - kept.sinceMilliseconds
      if (age >= 0 && age < this.#limits.idle) return kept.connection
      kept.connection.end(new Error('idle for too long'))
    }
    return undefined
  }

  async #takeEarly(): Promise<Connection | undefined> {
    const early = this.#early
    this.#early = undefined
    early?.socket.ref()
    return early?.opened.catch(() => undefined)
  }

  #open(): OpeningConnection {
    const { connecting, answering } = this.#limits
    const socket = openSocket(this.#endpoint, this.#session)
    socket.on('session', (session: Buffer) => (this.#session = session))
    const opened = whenOpen(socket, connecting).then(() => {
      const connection = new Connection(socket, answering)
      socket.once('close', () => {
        this.#idle = this.#idle.filter((idle) => idle.connection !== connection)
      })
      return connection
    })
    return { socket, opened }
  }
}

function openSocket({ protocol, hostname, port }: URL, session: Buffer | undefined): plain.Socket {
  const isTls = protocol === 'https:'
  // The brackets of an IPv6 address belong to the URL.
  const host = hostname.replace(/^\[|\]$/g, '')
  const to = { host, port: Number(port || (isTls ? 443 : 80)), noDelay: true }
  const servername = plain.isIP(host) === 0 ? host : ''
  return isTls ? tls.connect({ ...to, servername, session }) : plain.connect(to)
}

function whenOpen(socket: plain.Socket, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(timeoutError(milliseconds)), milliseconds).unref()
    socket.once('error', reject)
    socket.once('close', () => {
      clearTimeout(timer)
      reject(resetError())
    })
    socket.once(socket instanceof tls.TLSSocket ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
