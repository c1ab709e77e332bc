import { Agent as PlainAgent, type IncomingHttpHeaders, request as plainRequest } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'

/** The identity of a TLS client, as PEM. If `cert` and `key` are absent, it presents no certificate. */
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

interface Message {
  /** The form of a POST request. If absent, the request is a GET. */
  readonly form?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

/**
 * Sends one request, over a new connection or over those of an agent. The identity is not used if the URL is not `https:`. Without `ca`
 * the CAs of the system are trusted. It rejects if the handshake or the connection fails.
 */
export function mutualTlsRequest(
  url: string,
  identity: Partial<TlsIdentity> | Agent,
  { form, headers = {}, signal }: Message = {},
): Promise<HttpAnswer> {
  const isTls = url.startsWith('https:')
  const formHeaders = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    const options = {
      agent: agentFor(identity, isTls),
      method: form === undefined ? 'GET' : 'POST',
      headers: { ...formHeaders, ...headers },
      ...(signal === undefined ? {} : { signal }),
    }
    const sent = (isTls ? request : plainRequest)(url, options, (response) => {
      const { statusCode = 0, headers: answered } = response
      text(response).then((body) => resolve({ status: statusCode, headers: answered, text: body }), reject)
    })
    sent.once('error', reject)
    sent.end(form)
  })
}

function agentFor(identity: Partial<TlsIdentity> | Agent, isTls: boolean) {
  if (!isTls) return new PlainAgent()
  return identity instanceof Agent ? identity : new Agent({ ...identity, keepAlive: false })
}
