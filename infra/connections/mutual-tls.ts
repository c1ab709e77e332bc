import { constants } from 'node:crypto'
import type { Truststore } from '../truststore/truststore.ts'

/** The TLS versions and cipher suites of the servers on this machine (RFC 9325 sections 3.1.1 and 4.2). */
export const BCP_195 = {
  minVersion: 'TLSv1.2',
  ciphers: [
    ...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'],
    ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
    ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ].join(':'),
} as const

export interface MutualTls {
  /** The server's private key as PEM. */
  readonly key: string
  /** The server's certificate, followed by its chain, as PEM. */
  readonly cert: string
  readonly truststore: Truststore
}

/**
 * The options of a server that requests a certificate from every client. The handshake also succeeds without one, or with one that the
 * trust store does not trust (`authorized` of the socket is then false). The server decides about the answer.
 */
export function mutualTlsOptions({ key, cert, truststore }: MutualTls) {
  return {
    key,
    cert,
    ca: truststore.map(String),
    ...BCP_195,
    requestCert: true,
    rejectUnauthorized: false,
    // A resumed session would skip the verification. A renegotiated one could change the verified certificate.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  } as const
}
