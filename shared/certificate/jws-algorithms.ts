/** The kind of key that an algorithm requires, as members of its JWK, and its hash in `node:crypto`. Ed25519 has a hash of its own. */
export interface JwsAlgorithm {
  readonly kty: string
  readonly crv?: string
  readonly hash: string | null
  readonly isPss?: true
  /** The length of each half of a signature by ECDSA (RFC 7518 section 3.4). */
  readonly coordinateBytes?: number
}

/** The JWS algorithms that a client may use, all of them asymmetric (RFC 7518 section 3.1, RFC 8037). */
export const JWS_ALGORITHMS: ReadonlyMap<string, JwsAlgorithm> = new Map<string, JwsAlgorithm>([
  ['ES256', { kty: 'EC', crv: 'P-256', hash: 'sha256', coordinateBytes: 32 }],
  ['ES384', { kty: 'EC', crv: 'P-384', hash: 'sha384', coordinateBytes: 48 }],
  ['ES512', { kty: 'EC', crv: 'P-521', hash: 'sha512', coordinateBytes: 66 }],
  ['PS256', { kty: 'RSA', hash: 'sha256', isPss: true }],
  ['PS384', { kty: 'RSA', hash: 'sha384', isPss: true }],
  ['PS512', { kty: 'RSA', hash: 'sha512', isPss: true }],
  ['RS256', { kty: 'RSA', hash: 'sha256' }],
  ['RS384', { kty: 'RSA', hash: 'sha384' }],
  ['RS512', { kty: 'RSA', hash: 'sha512' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', hash: null }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519', hash: null }],
])

/** The algorithms that a client may use if it has registered none. */
export const DEFAULT_ALGORITHMS = ['ES256', 'PS256', 'RS256']

/** The algorithms that a service can sign with. */
export const SIGNING_ALGORITHMS = ['ES256', 'ES384', 'PS256', 'RS256', 'EdDSA'] as const
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number]
