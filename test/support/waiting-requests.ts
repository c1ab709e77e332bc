import { Client } from '../../shared/store/client.ts'
import { Service, TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'

/** Entries of `bad-requests.json` that ask for what is not there yet. `isThere` turns true with it; then they must run. */
export const WAITING: readonly {
  readonly missing: string
  readonly isThere: () => boolean
  readonly ids: readonly string[]
}[] = [
  {
    missing: 'self_signed_tls_client_auth',
    isThere: () => hasMethod('SELF_SIGNED_TLS_CLIENT_AUTH'),
    ids: ['self-signed-other-certificate', 'self-signed-same-key-only'],
  },
  {
    missing: 'subject alternative names',
    isThere: () => 'tlsClientAuthSanEmail' in Client.shape,
    ids: ['mtls-san-wrong-kind'],
  },
  {
    missing: 'the list of allowed issuers',
    isThere: () => 'clientCertificateIssuers' in Service.shape,
    ids: ['mtls-same-subject-other-ca'],
  },
  {
    missing: 'private_key_jwt',
    isThere: () => hasMethod('PRIVATE_KEY_JWT'),
    ids: [
      'assertion-ok',
      'assertion-type-missing',
      'assertion-type-wrong',
      'assertion-client-id-contradicts',
      'assertion-iss-not-sub',
      'assertion-aud-other',
      'assertion-aud-missing',
      'assertion-aud-array-with-others',
      'assertion-expired',
      'assertion-exp-missing',
      'assertion-exp-string',
      'assertion-exp-far',
      'assertion-nbf-future',
      'assertion-iat-8s-future-ok',
      'assertion-jti-missing',
      'assertion-jti-replayed',
      'assertion-alg-none',
      'assertion-alg-hs256-public-key',
      'assertion-alg-not-registered',
      'assertion-signature-broken',
      'assertion-signature-other-key',
      'assertion-jwk-in-header',
      'assertion-crit-unknown',
      'assertion-not-a-jwt',
      'assertion-encrypted',
      'assertion-too-long',
    ],
  },
]

function hasMethod(method: string): boolean {
  return TOKEN_AUTH_METHODS.some((known) => known === method)
}
