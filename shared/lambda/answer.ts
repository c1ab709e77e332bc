import type { HttpResponse, SignedBody } from '../http.ts'

export interface Answer {
  readonly response: HttpResponse
  /** For the log: the action or the status, why, and what broke where something of ours did. */
  readonly outcome: string | number
  readonly reason?: string
  readonly failure?: unknown
}

/** Why nothing of the request was looked at. */
export type PlainReason = 'event-malformed' | 'route-unknown' | 'domain-other' | 'document-other'

/** The answer where it is not known which face was meant. */
export function answerPlainly(status: 400 | 404, reason: PlainReason): Answer {
  return { response: json(status, { error: 'invalid_request' }), outcome: status, reason }
}

const PRIVATE = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }

/** An answer about one caller: never to be kept (RFC 6749 section 5.1). */
export function json(status: number, body: object, headers: HttpResponse['headers'] = {}): HttpResponse {
  return { status, headers: { ...PRIVATE, ...headers }, body: JSON.stringify(body) }
}

export function signedAnswer({ mediaType, text }: SignedBody): HttpResponse {
  return { status: 200, headers: { ...PRIVATE, 'content-type': mediaType }, body: text }
}

export const NO_CONTENT: HttpResponse = { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }

/** A document that is the same for everyone, and may be kept a while (requirement G06). */
export function publicJson(body: object): HttpResponse {
  const headers = {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
  }
  return { status: 200, headers, body: JSON.stringify(body) }
}
