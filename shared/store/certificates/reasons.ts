/** RFC 5280 section 5.3.1, without `removeFromCRL`, which ends a revocation. */
export const REVOCATION_REASONS = [
  ...(['unspecified', 'keyCompromise', 'cACompromise', 'affiliationChanged', 'superseded'] as const),
  ...(['cessationOfOperation', 'certificateHold', 'privilegeWithdrawn', 'aACompromise'] as const),
] as const
export type RevocationReason = (typeof REVOCATION_REASONS)[number]
