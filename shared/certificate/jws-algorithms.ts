/** The kind of key that an algorithm requires, as members of its JWK. */
export interface KeyKind {
  readonly kty: string
  readonly crv?: string
}

/** The JWS algorithms that a client may use, all of them asymmetric, each with its kind of key (RFC 7518 section 3.1, RFC 8037). */
export const JWS_ALGORITHMS: ReadonlyMap<string, KeyKind> = new Map([
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['ES384', { kty: 'EC', crv: 'P-384' }],
  ['ES512', { kty: 'EC', crv: 'P-521' }],
  ['PS256', { kty: 'RSA' }],
  ['PS384', { kty: 'RSA' }],
  ['PS512', { kty: 'RSA' }],
  ['RS256', { kty: 'RSA' }],
  ['RS384', { kty: 'RSA' }],
  ['RS512', { kty: 'RSA' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }],
])

/** The algorithms that a client may use if it has registered none. */
export const DEFAULT_ALGORITHMS = ['ES256', 'PS256', 'RS256']

/** The algorithms that a service can sign with. */
export const SIGNING_ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]
