import { type HttpResponse, PUBLIC_SECONDS, type SignedBody } from '../http.ts'

/** An answer and its members of the log line. */
export interface Answer {
  readonly response: HttpResponse
  /** The action, or the HTTP status of an error about the call itself. */
  readonly outcome: string | number
  readonly reason?: string
  /** The error behind an internal failure. */
  readonly failure?: unknown
}

/** The route answers 404, because it is not on this domain or the service has no such document. */
export class NotHere extends Error {
  readonly reason: 'domain-other' | 'document-other'

  constructor(reason: NotHere['reason']) {
    super(reason)
    this.reason = reason
  }
}

/** The reason for an answer that belongs to neither face. */
export type PlainReason = 'event-malformed' | 'route-unknown' | NotHere['reason']

export function answerPlainly(status: 400 | 404, reason: PlainReason): Answer {
  return { response: json(status, { error: 'invalid_request' }), outcome: status, reason }
}

const PRIVATE = { 'content-type': 'application/json', 'cache-control': 'no-store', pragma: 'no-cache' }

/** An answer for one caller, which must not be cached (RFC 6749 section 5.1). */
export function json(status: number, body: object, headers: HttpResponse['headers'] = {}): HttpResponse {
  return { status, headers: { ...PRIVATE, ...headers }, body: JSON.stringify(body) }
}

export function signedAnswer({ mediaType, text }: SignedBody): HttpResponse {
  return { status: 200, headers: { ...PRIVATE, 'content-type': mediaType }, body: text }
}

export const NO_CONTENT: HttpResponse = { status: 204, headers: { 'cache-control': 'no-store' }, body: '' }

/** A document for everyone, which may be cached (requirement G06). */
export function publicJson(body: object): HttpResponse {
  const headers = {
    'content-type': 'application/json',
    'cache-control': `public, max-age=${String(PUBLIC_SECONDS)}`,
    'access-control-allow-origin': '*',
  }
  return { status: 200, headers, body: JSON.stringify(body) }
}
