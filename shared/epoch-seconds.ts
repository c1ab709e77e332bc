declare const epochSecondsBrand: unique symbol

/** Whole seconds since 1970-01-01T00:00:00Z. Branded, because a value in milliseconds would make tokens immortal. */
export type EpochSeconds = number & { readonly [epochSecondsBrand]: true }

/** The longest lifetime, because clients of the Web API store lifetimes in 32 bits. */
export const MAX_DURATION_SECONDS = 2 ** 31 - 1

/** The last second of the year 9999. */
export const LAST_SECOND = 253_402_300_799

/** @param milliseconds since the epoch, or `undefined`, which stays. Fractions of a second are dropped */
export function toSeconds(milliseconds: number | undefined): EpochSeconds | undefined {
  return milliseconds === undefined ? undefined : (Math.floor(milliseconds / 1000) as EpochSeconds)
}

/** @param durationSeconds counts as `MAX_DURATION_SECONDS` if it is longer */
export function addSeconds(start: EpochSeconds, durationSeconds: number): EpochSeconds {
  return (start + Math.min(durationSeconds, MAX_DURATION_SECONDS)) as EpochSeconds
}
