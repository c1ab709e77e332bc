import type { TLSSocket } from 'node:tls'

/** The feature of oidc-provider by which it binds tokens to the certificate of the connection. */
export const MUTUAL_TLS_FEATURE = {
  enabled: true,
  certificateBoundAccessTokens: true,
  getCertificate: ({ req }: { readonly req: { readonly socket: TLSSocket } }) =>
    req.socket.getPeerX509Certificate(),
}
