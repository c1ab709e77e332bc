import { Agent, request } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'

/** PEM texts. Without `cert` and `key` the client presents no certificate. */
export interface TlsIdentity {
  readonly ca: string
  readonly cert?: string
  readonly key?: string
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** Sends one request over a connection of its own. Rejects when the handshake or the connection fails. */
export function mutualTlsRequest(
  url: string,
  identity: TlsIdentity,
  {
    form,
    headers = {},
  }: { readonly form?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<HttpAnswer> {
  const agent = new Agent({ ...identity, keepAlive: false })
  const formHeaders = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      method: form === undefined ? 'GET' : 'POST',
      headers: { ...formHeaders, ...headers },
    }
    const sent = request(url, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      })
    })
    sent.once('error', reject)
    sent.end(form)
  })
}
