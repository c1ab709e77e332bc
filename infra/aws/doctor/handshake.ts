import type { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect, type ConnectionOptions } from 'node:tls'

const LIMIT_MILLISECONDS = 15_000

/** The outcome of a handshake. */
export interface Handshake {
  /** Whether the server chose one of the suites, even if the handshake failed later. */
  readonly isAgreed: boolean
  /** Version and suite of the connection; the code of the error if there is none. */
  readonly got: string
  /** Whether the server certificate was verified. */
  readonly isVerified: boolean
  readonly certificate: X509Certificate | undefined
}

/**
 * Makes a connection, and ends it without a request. A server that requires a certificate may choose a suite and
 * end the handshake only then, so keys of the connection prove that it chose. Without a connection no server certificate is reported.
 *
 * @throws Error if this machine cannot make the offer
 */
export async function handshake(url: string, offer: ConnectionOptions): Promise<Handshake> {
  const { hostname, port } = new URL(url)
  const address = { host: hostname, port: Number(port || 443), servername: hostname }
  const socket = connect({ ...offer, ...address, rejectUnauthorized: false })
  let isAgreed = false
  socket.once('keylog', () => (isAgreed = true))
  try {
    await once(socket, 'secureConnect', { signal: AbortSignal.timeout(LIMIT_MILLISECONDS) })
    const got = `${socket.getProtocol()} ${socket.getCipher().name}`
    const certificate = socket.getPeerX509Certificate()
    return { isAgreed: true, got, isVerified: socket.authorized, certificate }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { code, message } = error as NodeJS.ErrnoException
    return { isAgreed, got: code ?? message, isVerified: false, certificate: undefined }
  } finally {
    socket.destroy()
  }
}
