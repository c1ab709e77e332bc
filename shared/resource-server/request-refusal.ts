/** The reason to refuse a request. `README.md` of this package has a remedy for each. */
export type RefusalReason =
  | 'token-missing'
  | 'authorization-malformed'
  | 'dpop-not-offered'
  | 'token-opaque'
  | 'token-malformed'
  | 'algorithm-wrong'
  | 'key-unknown'
  | 'signature-wrong'
  | 'typ-wrong'
  | 'claim-wrong'
  | 'issuer-wrong'
  | 'audience-wrong'
  | 'id-token'
  | 'scopes-missing'
  | 'token-expired'
  | 'token-early'
  | 'token-inactive'
  | 'token-unbound'
  | 'front-unproved'
  | 'certificate-missing'
  | 'certificate-unreadable'
  | 'certificate-differs'
  | 'proof-missing'
  | 'proof-wrong'
  | 'proof-differs'
  | 'proof-needless'
  | 'binding-damaged'
  | 'scope-insufficient'
  | 'authentication-insufficient'

/** Details of a refused request for the log. They have no token, no proof, no certificate, and no claim that the issuer has not confirmed. */
export interface RefusalDetails {
  /** The client of the token. */
  readonly clientId?: string
  /** The requirement: the value of an option, the name of a claim, scopes, or the thumbprint in the token. */
  readonly expected?: string
  /** The value in the token, the certificate or the proof: a claim, the time of expiry, scopes, or a thumbprint. */
  readonly actual?: string
  /** The fault of the token, the proof, the certificate, its header or the front. */
  readonly fault?: string
}

/** Ends the check of a request that is refused. */
export class RequestRefusal extends Error {
  readonly reason: RefusalReason
  readonly details: RefusalDetails

  /** @param details an `undefined` member counts as absent, and a value that is not text becomes JSON */
  constructor(reason: RefusalReason, details: { readonly [Name in keyof RefusalDetails]: unknown } = {}) {
    super(reason)
    this.reason = reason
    const known = Object.entries(details).filter(([, value]) => value !== undefined)
    this.details = Object.fromEntries(known.map(([name, value]) => [name, textOf(value)]))
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
