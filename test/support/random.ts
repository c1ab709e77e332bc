/** Numbers that follow from a seed. */
export interface Random {
  /** 0 to `below` - 1. */
  readonly int: (below: number) => number
  readonly pick: <T>(from: readonly T[]) => T
  /** Printable ASCII. */
  readonly text: (length: number) => string
  /** Its numbers do not depend on how many this one gives later. */
  readonly fork: () => Random
}

/** mulberry32. It decides what is sent, never a secret. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const int = (below: number) => next() % below
  return {
    int,
    pick: <T>(from: readonly T[]) => from[int(from.length)] as T,
    text: (length) => String.fromCharCode(...Array.from({ length }, () => 0x20 + int(0x5f))),
    fork: () => seeded(next()),
  }
}
