declare const seconds: unique symbol

/** Whole seconds since 1970-01-01T00:00:00Z. Branded: a value in milliseconds here would make every token immortal. */
export type EpochSeconds = number & { readonly [seconds]: true }

export function later(start: EpochSeconds, durationSeconds: number): EpochSeconds {
  return (start + durationSeconds) as EpochSeconds
}
