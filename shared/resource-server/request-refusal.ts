/** Why a request was refused. `README.md` of this package says what to do about each reason. */
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
  | 'token-expired'
  | 'token-early'
  | 'token-inactive'
  | 'token-unbound'
  | 'certificate-missing'
  | 'certificate-unreadable'
  | 'certificate-differs'
  | 'proof-missing'
  | 'proof-wrong'
  | 'proof-differs'
  | 'proof-needless'
  | 'binding-damaged'
  | 'scope-insufficient'

/** What a log may have about a refused request: no token, no proof, no certificate, and no claim that the issuer does not vouch for. */
export interface RefusalDetails {
  /** The client of the token. */
  readonly clientId?: string
  /** What was required: the value of an option, the name of a claim, scopes, or the thumbprint in the token. */
  readonly expected?: string
  /** What the token, the certificate or the proof had in its place: a claim, the time of expiry, scopes, or a thumbprint. */
  readonly actual?: string
  /** In which way the proof or the certificate is wrong. */
  readonly fault?: string
}

/** Ends the check of a request, which is refused. */
export class RequestRefusal extends Error {
  readonly reason: RefusalReason
  readonly details: RefusalDetails

  /** @param details an `undefined` member counts as absent, and a value that is not text is shown as JSON */
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
