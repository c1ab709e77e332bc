import type { Presented } from './certificate/presented.ts'

/** One HTTP request, independent of the event format of API Gateway. */
export interface HttpRequest {
  readonly requestId: string
  readonly method: string
  /** The template of the route, for example `/api/{serviceId}/auth/token`. */
  readonly route: string
  /** The path of the request, as API Gateway shows it, and the identifier of its API. */
  readonly path?: string | undefined
  readonly apiId?: string | undefined
  readonly pathParameters: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** Names in lower case; one value for each occurrence, as far as the event shows them. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: Buffer
  /** Whether the request came through a domain and an API that the environment names for mutual TLS. */
  readonly onMtlsDomain: boolean
  /**
   * The certificate of the TLS handshake. It is absent if the client sent none, and if the request came through another
   * domain or API than those for mutual TLS (requirement A41, decision D12).
   */
  readonly tlsCertificate: Presented
}

/** How long others may keep a public document, in seconds. */
export const PUBLIC_SECONDS = 300

export interface HttpResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The body of an answer, with further headers. */
export class BodyWithHeaders {
  readonly content: object
  readonly headers: HttpResponse['headers']

  constructor(content: object, headers: HttpResponse['headers']) {
    this.content = content
    this.headers = headers
  }
}

/** @param tag the entity tag of the record that the answer is about, without quotes (RFC 9110 section 8.8.3) */
export function withTag(content: object, tag: string): BodyWithHeaders {
  return new BodyWithHeaders(content, { etag: `"${tag}"` })
}

/** @param nonce for the next DPoP proof, of a request that must have one (RFC 9449 section 8.2) */
export function withNonce<Content extends object>(
  content: Content,
  nonce: string | undefined,
): Content | BodyWithHeaders {
  return nonce === undefined ? content : new BodyWithHeaders(content, nonceHeader(nonce))
}

/** RFC 9449 section 8. */
export function nonceHeader(nonce: string | undefined): HttpResponse['headers'] {
  return nonce === undefined ? {} : { 'dpop-nonce': nonce }
}

/** The body of an answer on the OAuth face that is a JWT instead of JSON. */
export class SignedBody {
  readonly mediaType: string
  readonly text: string

  constructor(mediaType: string, text: string) {
    this.mediaType = mediaType
    this.text = text
  }
}
