import { Agent } from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'
import type { Identity } from '../../connections/identity.ts'
import { type HttpAnswer, mutualTlsRequest } from '../../connections/mutual-tls-request.ts'
import type { Visitor } from './check.ts'

const LIMIT_MILLISECONDS = 15_000
const TRIES = 4
/** The pause between attempts. The smallest limit of a route is two requests a second. */
const PAUSE_MILLISECONDS = 500
/** A request: POST with a form, GET without one. */
export interface Probe {
  readonly form?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  /** The `Host` of the request, if it differs from that of the connection. */
  readonly host?: string
  /** Connections that are kept for several requests. */
  readonly kept?: Agent
}

/** The answer to a request, or the code of the error that prevented it. */
export type Reply = HttpAnswer | { readonly broken: string }

/**
 * Sends a request, over a new connection unless one is kept. It presents the certificate if the server asks for one. If the route has
 * reached its limit (429), it waits and tries again. It never rejects.
 */
export async function ask(
  trusted: { readonly ca?: string | undefined },
  url: string,
  question: Probe = {},
  presented?: Identity,
): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    const reply = await askOnce(trusted, url, question, presented)
    if (statusOf(reply) !== '429' || tries === TRIES) return reply
    await delay(PAUSE_MILLISECONDS)
  }
}

async function askOnce(
  { ca }: { readonly ca?: string | undefined },
  url: string,
  { form, headers = {}, host, kept }: Probe,
  presented?: Identity,
): Promise<Reply> {
  const own = presented && { cert: presented.cert, key: presented.key }
  const identity = { ...(ca !== undefined && { ca }), ...own }
  // Without this, Node would take the server name of the connection from the header.
  const fresh = host === undefined ? identity : new Agent({ ...identity, servername: new URL(url).hostname })
  const body = form && { form: new URLSearchParams(form).toString() }
  const signal = AbortSignal.timeout(LIMIT_MILLISECONDS)
  const sent = { ...body, headers: host === undefined ? headers : { ...headers, host }, signal }
  try {
    return await mutualTlsRequest(url, kept ?? fresh, sent)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return { broken: signal.aborted ? `no answer within ${LIMIT_MILLISECONDS / 1000} s` : (code ?? message) }
  }
}

/** Whether no server answered: a wrong name or port, no route, or a server certificate that cannot be verified. */
export function isUnreachable(reply: Reply): reply is { readonly broken: string } {
  return 'broken' in reply && !/^(ECONNRESET|EPROTO|EPIPE|ERR_SSL_|ERR_STREAM)/.test(reply.broken)
}

/** The HTTP status, or the code of the error if there is no answer. */
export function statusOf(reply: Reply): string {
  return 'broken' in reply ? reply.broken : String(reply.status)
}

/** The status and the error code of an answer. The rest of it may contain a token. */
export function summaryOf(reply: Reply): string {
  const error = jsonOf(reply)?.['error']
  return isErrorCode(error) ? `${statusOf(reply)} ${error}` : statusOf(reply)
}

export const isErrorCode = (error: unknown): error is string =>
  typeof error === 'string' && /^[a-z_]{1,40}$/.test(error)

/** The credentials of a client with a secret, or only its ID. */
export function credentialsOf({ clientId = '', clientSecret }: Partial<Visitor> = {}): Probe {
  if (clientSecret === undefined) return { form: { client_id: clientId } }
  const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':')
  return { headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } }
}

/** The JSON object of an answer, or `undefined` if it is anything else. */
export function jsonOf(reply: Reply): Readonly<Record<string, unknown>> | undefined {
  if ('broken' in reply) return undefined
  try {
    const json: unknown = JSON.parse(reply.text)
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
