import { createHmac } from 'node:crypto'
import { isSameText } from '../constant-time.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'

/** A nonce is issued for one period and accepted for two, so it is valid for 5 to 10 minutes. */
const PERIOD_SECONDS = 300

/**
 * The nonce that proofs must have at the time `now` (RFC 9449 section 8). It is an HMAC over the period, so nothing is stored.
 *
 * @param key a secret of the service, 32 bytes
 */
export function nonceAt(now: EpochSeconds, key: Buffer): string {
  return nonceOf(Math.floor(now / PERIOD_SECONDS), key)
}

/** Whether the nonce was issued in this period or in the one before. */
export function isNonce(text: string, now: EpochSeconds, key: Buffer): boolean {
  const period = Math.floor(now / PERIOD_SECONDS)
  return [period, period - 1].some((each) => isSameText(text, nonceOf(each, key)))
}

function nonceOf(period: number, key: Buffer): string {
  return createHmac('sha256', key)
    .update(`dpop-nonce:${String(period)}`)
    .digest('base64url')
}
