import { Agent } from 'node:https'
import { mutualTlsRequest, type TlsIdentity } from '../connections/mutual-tls-request.ts'
import { type Case, requestOf } from './cases.ts'
import type { Child } from './child.ts'
import type { Sample } from './rounds.ts'

/** A case and its server. */
export interface Target extends Omit<Case, 'format'> {
  readonly server: Pick<Child<unknown>, 'cpuMicroseconds'>
  readonly port: number
}

/** Kept-alive mutual-TLS connections, each with one request at a time. */
export class Load {
  readonly connections: number
  readonly #agent: Agent

  constructor(identity: Required<TlsIdentity>, connections: number) {
    this.connections = connections
    this.#agent = new Agent({ ...identity, keepAlive: true, maxSockets: connections })
  }

  /** The CPU time of the server for a number of requests. */
  async measure(target: Target, calls: number): Promise<Sample> {
    // Reopens the connections that have timed out before the clock runs, so that no handshake is measured.
    await this.send(target, 2 * this.connections)
    const before = await target.server.cpuMicroseconds()
    await this.send(target, calls)
    return { calls, cpuMicroseconds: (await target.server.cpuMicroseconds()) - before }
  }

  /** @throws Error if an answer is not the expected one */
  async send(target: Target, requests: number): Promise<void> {
    let sent = 0
    const connection = async () => {
      while (sent++ < requests) await this.sendOne(target)
    }
    await Promise.all(Array.from({ length: this.connections }, connection))
  }

  /** @returns the body of the answer. @throws Error if it is not the expected one */
  async sendOne(target: Omit<Target, 'server'>): Promise<string> {
    const { name, port, expected } = target
    const { path, headers, form } = requestOf(target)
    const url = `https://127.0.0.1:${port}${path}`
    const { status, text } = await mutualTlsRequest(url, this.#agent, { form, headers })
    if (status !== 200 || !text.includes(expected))
      throw new Error(`the answer to ${name} is ${status}: ${text}`)
    return text
  }

  close(): void {
    this.#agent.destroy()
  }
}
