import { mutualTlsRequest, type TlsIdentity } from '../../infra/connections/mutual-tls-request.ts'
import type { BareReady } from './bare.ts'
import type { Measured } from './measured.ts'
import { type MeasuredProcess, startMeasured } from './measured-process.ts'

const AT_ONCE = 8

/** A server that has as many handshakes as the edge, and nothing else. */
export class BareServer {
  readonly #process: MeasuredProcess<BareReady>
  readonly #identity: TlsIdentity

  private constructor(process: MeasuredProcess<BareReady>, identity: TlsIdentity) {
    this.#process = process
    this.#identity = identity
  }

  static async start(directory: string, identity: TlsIdentity, onError: (line: string) => void) {
    const started = await startMeasured<BareReady>('bare.ts', { directory }, onError, onError)
    return new BareServer(started, identity)
  }

  /** Catches up with the handshakes of the edge, each on a connection of its own. @returns its measures then */
  async measureAfter(handshakes: number): Promise<Measured> {
    const { port } = this.#process.ready
    let left = handshakes - (await this.#process.measure()).handshakes
    const connect = async () => {
      while (left-- > 0) await mutualTlsRequest(`https://127.0.0.1:${port}/`, this.#identity)
    }
    await Promise.all(Array.from({ length: AT_ONCE }, connect))
    return await this.#process.measure()
  }

  close(): Promise<void> {
    return this.#process.close()
  }
}
