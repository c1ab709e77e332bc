import type { PresentedCertificate } from './certificate/presented.ts'

/** One HTTP request, independent of the event format of API Gateway. */
export interface HttpRequest {
  readonly requestId: string
  /** The IP address of the caller, as API Gateway saw it. */
  readonly address?: string | undefined
  readonly method: string
  /** The template of the route, for example `/api/{serviceId}/auth/token`. */
  readonly route: string
  /** The path in the event of API Gateway. */
  readonly path?: string | undefined
  /** The identifier of the API in API Gateway. */
  readonly apiId?: string | undefined
  readonly pathParameters: Readonly<Record<string, string | undefined>>
  readonly query: URLSearchParams
  /** The names are in lower case. A name has one value for each occurrence that the event shows. */
  readonly headers: ReadonlyMap<string, readonly string[]>
  readonly body: Buffer
  /** Whether the request came through a domain and an API that the environment names for mutual TLS. */
  readonly onMtlsDomain: boolean
  /**
   * The certificate of the TLS handshake. It is absent if the client sent none, or if the request did not come through a domain and an
   * API for mutual TLS (requirement A41, decision D12).
   */
  readonly tlsCertificate: PresentedCertificate
}

/** The time in seconds for which clients may cache a public document. */
export const PUBLIC_SECONDS = 300

/** The answer to an HTTP request, independent of the event format of API Gateway. */
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

/** @param nonce the nonce for the next DPoP proof, if the proof must have one (RFC 9449 section 8.2) */
export function withNonce<Content extends object>(
  content: Content,
  nonce: string | undefined,
): Content | BodyWithHeaders {
  return nonce === undefined ? content : new BodyWithHeaders(content, nonceHeader(nonce))
}

/** The header with the nonce for the next DPoP proof (RFC 9449 section 8). */
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
