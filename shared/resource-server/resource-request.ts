import { isJsonObject } from '../json.ts'

/** The certificate of a client. A resource server needs only the thumbprint, so a front need not send more. */
export type ClientCertificate = 'absent' | { readonly malformed: string } | { readonly thumbprint: string }

/** The credentials of a request to a protected resource. */
export interface ResourceRequest {
  /** The names and values of all headers in turn, as `rawHeaders` of Node. Repeated headers must not be joined. */
  readonly rawHeaders: readonly string[]
  /** The method of the request, and its path without the query. A DPoP proof must be for them. */
  readonly method?: string | undefined
  readonly path?: string | undefined
  /** The certificate in PEM whose key the peer proved in the TLS handshake of this connection, if there is one. */
  readonly certificate: string | EventCertificate | undefined
}

/** The certificate of an event. Only `requireToken` makes one, and its thumbprint is not computed again. */
type EventCertificate = Exclude<ClientCertificate, 'absent'>

/** @throws TypeError for another object than a request, which code without types can give */
export function requireRequest(request: unknown): void {
  const { rawHeaders, certificate } = isJsonObject(request) ? request : {}
  if (!Array.isArray(rawHeaders))
    throw new TypeError('request.rawHeaders must be a list of the names and values of all headers in turn')
  const isOfEvent =
    isJsonObject(certificate) &&
    (typeof certificate['thumbprint'] === 'string' || typeof certificate['malformed'] === 'string')
  if (certificate !== undefined && typeof certificate !== 'string' && !isOfEvent)
    throw new TypeError('request.certificate must be the text of a certificate in PEM, or undefined')
}
