import { isSameText } from '../constant-time.ts'
import type { Thumbprint } from './thumbprint.ts'

/** A renewal that a client has announced: from one certificate to one other. */
export interface AnnouncedRenewal {
  readonly from: Thumbprint
  readonly to: Thumbprint
  /** Seconds since 1970. The renewal is in effect from `effectiveAt` on, until `endsAt`. */
  readonly effectiveAt: number
  readonly endsAt: number
  /** Only an open renewal counts. An unconfirmed one was announced, but the revocations have not been read since. */
  readonly state: 'unconfirmed' | 'open' | 'vetoed' | 'ended' | 'revoked'
}

/**
 * Decides whether an announcement leads from one certificate to another. It leads only in this direction, and a common key or a common
 * subject does not matter.
 *
 * @param from the certificate that a grant is bound to, or that is registered
 * @param to the presented certificate
 * @returns `early` if the renewal is open, and not yet in effect
 */
export function judgeRenewal(
  renewal: AnnouncedRenewal | undefined,
  { from, to }: { readonly from: Thumbprint; readonly to: Thumbprint },
  now: number,
): 'leads' | 'early' | 'none' {
  if (renewal?.state !== 'open' || now >= renewal.endsAt) return 'none'
  if (!isSameText(renewal.from, from) || !isSameText(renewal.to, to)) return 'none'
  return now < renewal.effectiveAt ? 'early' : 'leads'
}
