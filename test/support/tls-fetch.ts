import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import type { TlsIdentity } from '../../infra/connections/mutual-tls-request.ts'

/**
 * `fetch` for client libraries that let their users bring their own: HTTPS with this certificate, which the global one
 * cannot present. Its connections are kept and used again.
 */
export function tlsFetch(identity: TlsIdentity) {
  const agent = new Agent({ ...identity, keepAlive: true })
  return async (
    url: string,
    {
      method,
      headers,
      body,
    }: { readonly method?: string; readonly headers: Record<string, string>; readonly body?: unknown },
  ): Promise<Response> => {
    const form = body instanceof URLSearchParams ? body.toString() : undefined
    const sent = request(url, { agent, headers, method: method ?? (form === undefined ? 'GET' : 'POST') })
    sent.end(form)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    const lines = Object.entries(response.headers).map(([name, value]): [string, string] => [
      name,
      String(value),
    ])
    return new Response(await text(response), { status: response.statusCode ?? 0, headers: lines })
  }
}
