import { REASON_CODES, type RevocationReason } from '../../certificate/revocation-reason.ts'

export const REVOCATION_REASONS = Object.keys(REASON_CODES) as [RevocationReason, ...RevocationReason[]]
