/** The reasons of a revocation with their codes (RFC 5280 section 5.3.1), without `removeFromCRL`, which ends a revocation. */
export const REASON_CODES = {
  unspecified: 0,
  keyCompromise: 1,
  cACompromise: 2,
  affiliationChanged: 3,
  superseded: 4,
  cessationOfOperation: 5,
  certificateHold: 6,
  privilegeWithdrawn: 9,
  aACompromise: 10,
} as const

export type RevocationReason = keyof typeof REASON_CODES
export const REVOCATION_REASONS = Object.keys(REASON_CODES) as [RevocationReason, ...RevocationReason[]]

const REASONS: ReadonlyMap<number, RevocationReason> = new Map(
  Object.entries(REASON_CODES).map(([reason, code]) => [code, reason as RevocationReason]),
)

/** @returns `undefined` for a code that is not used, and for that of `removeFromCRL` */
export function reasonOf(code: number): RevocationReason | undefined {
  return REASONS.get(code)
}
