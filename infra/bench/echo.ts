import { constants } from 'node:crypto'
import { createServer } from 'node:https'
import { listen } from '../emulator/listen.ts'
import type { Truststore } from '../truststore/truststore.ts'

export interface EchoOptions {
  readonly cert: string
  readonly key: string
  readonly truststore: Truststore
}

/** The least that an answer over mutual TLS costs: the body is read to its end, its length is answered. */
export async function listenForEcho({ cert, key, truststore }: EchoOptions): Promise<number> {
  const options = {
    cert,
    key,
    ca: truststore.map(String),
    requestCert: true,
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  }
  const server = createServer(options, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.once('end', () => {
      const body = Buffer.from(JSON.stringify({ length: Buffer.concat(chunks).length }))
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
      response.end(body)
    })
  })
  const { port } = await listen(server, { host: '127.0.0.1', port: 0, option: 'another run' })
  return port
}
