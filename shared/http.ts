import type { Presented } from './certificate/presented.ts'

/** One HTTP request as the core sees it: what API Gateway said, without API Gateway. */
export interface HttpRequest {
  readonly requestId: string
  readonly method: string
  /** The route's template, for example `/api/{serviceId}/auth/token`. */
  readonly route: string
  readonly pathParameters: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** Names in lower case; one entry for each time the header was sent, as far as the event tells. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: Buffer
  /** Whether it came in by a domain and an API on which mutual TLS is demanded (the environment names them). */
  readonly onMtlsDomain: boolean
  /**
   * The certificate that the caller proved in the TLS handshake. Absent when there was none and when
   * the event came from a domain or an API that the environment does not name (requirement A41, decision D12).
   */
  readonly tlsCertificate: Presented
}

/** Without members that are `null`: the OAuth face sends none (decision D37). */
export function withoutNull(content: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null))
}

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** An answer on the OAuth face that is not JSON: a JWT. */
export class SignedBody {
  readonly mediaType: string
  readonly text: string

  constructor(mediaType: string, text: string) {
    this.mediaType = mediaType
    this.text = text
  }
}
