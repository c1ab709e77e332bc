declare const epochSecondsBrand: unique symbol

/** Whole seconds since 1970-01-01T00:00:00Z. Branded, because a value in milliseconds would make tokens immortal. */
export type EpochSeconds = number & { readonly [epochSecondsBrand]: true }

/** No lifetime is longer: the clients of the Web API have 32 bits for it. */
export const MAX_DURATION_SECONDS = 2 ** 31 - 1

/** Of the year 9999. */
export const LAST_SECOND = 253_402_300_799

/** A longer stored duration counts as the longest. */
export function later(start: EpochSeconds, durationSeconds: number): EpochSeconds {
  return (start + Math.min(durationSeconds, MAX_DURATION_SECONDS)) as EpochSeconds
}
