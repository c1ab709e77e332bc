declare const epochSecondsBrand: unique symbol

/** Whole seconds since 1970-01-01T00:00:00Z. Branded, because a value in milliseconds would make tokens immortal. */
export type EpochSeconds = number & { readonly [epochSecondsBrand]: true }

export function later(start: EpochSeconds, durationSeconds: number): EpochSeconds {
  return (start + durationSeconds) as EpochSeconds
}
