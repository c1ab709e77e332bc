import { constants } from 'node:crypto'
import type { Truststore } from '../truststore/truststore.ts'

/** The lowest TLS version of a server, and its cipher suites as OpenSSL names them. */
export interface TlsPolicy {
  readonly minVersion: 'TLSv1.2'
  readonly ciphers: string
}

/** The suites of TLS 1.2 that BCP 195 recommends (RFC 9325 section 4.2). */
export const RECOMMENDED_SUITES: readonly string[] = [
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
]

const TLS_1_3_SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256']

/** The policy of the servers on this machine (RFC 9325 sections 3.1.1 and 4.2). FAPI 2.0 section 5.2.2 allows no other suites. */
export const BCP_195: TlsPolicy = {
  minVersion: 'TLSv1.2',
  ciphers: [...TLS_1_3_SUITES, ...RECOMMENDED_SUITES].join(':'),
}

/**
 * The policy `TLS_1_2` of API Gateway, which is the only one for HTTP APIs and for mutual TLS.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-ciphers.html
 */
export const API_GATEWAY_TLS_1_2: TlsPolicy = {
  minVersion: 'TLSv1.2',
  ciphers: [
    BCP_195.ciphers,
    ...['ECDHE-ECDSA-AES128-SHA256', 'ECDHE-RSA-AES128-SHA256'],
    ...['ECDHE-ECDSA-AES256-SHA384', 'ECDHE-RSA-AES256-SHA384'],
    ...['AES128-GCM-SHA256', 'AES128-SHA256', 'AES256-GCM-SHA384', 'AES256-SHA256'],
  ].join(':'),
}

export interface MutualTls {
  /** The server's private key as PEM. */
  readonly key: string
  /** The server's certificate, followed by its chain, as PEM. */
  readonly cert: string
  readonly truststore: Truststore
  /** If absent, `BCP_195`. */
  readonly policy?: TlsPolicy
}

/**
 * The options of a server that requests a certificate from every client. The handshake also succeeds without one, or with one that the
 * trust store does not trust (`authorized` of the socket is then false). The server decides about the answer.
 */
export function mutualTlsOptions({ key, cert, truststore, policy = BCP_195 }: MutualTls) {
  return {
    key,
    cert,
    ca: truststore.map(String),
    ...policy,
    requestCert: true,
    rejectUnauthorized: false,
    // A resumed session would skip the verification. A renegotiated one could change the verified certificate.
    secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
  } as const
}
