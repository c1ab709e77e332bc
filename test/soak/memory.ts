import type { Measured } from './edge.ts'

/** The edge between two rounds, when nothing is under way. */
export interface Sample extends Measured {
  /** The time since the soak began. */
  readonly milliseconds: number
  readonly requests: number
}

/** Fewer samples have no steady part, and nothing is judged. */
export const LEAST_SAMPLES = 6
/** A compiler and full caches come first. */
const WARM_UP_SHARE = 1 / 3

const MEBIBYTE = 2 ** 20
/** The allowed growth between the middles of the two halves after the warm-up. */
const LIMITS = { heap: 2 * MEBIBYTE, external: 4 * MEBIBYTE, resident: 64 * MEBIBYTE, open: 24 }

/** Lists the measures that grew from the first half after the warm-up to the second; nothing if there are few samples. */
export function growth(samples: readonly Sample[]): string[] {
  if (samples.length < LEAST_SAMPLES) return []
  const steady = samples.slice(Math.ceil(samples.length * WARM_UP_SHARE))
  const half = Math.floor(steady.length / 2)
  const [first, second] = [steady.slice(0, half), steady.slice(-half)]
  return Object.entries(LIMITS).flatMap(([name, limit]) => {
    const read = (sample: Sample) =>
      name === 'open' ? sum(Object.values(sample.open)) : sample[name as 'heap' | 'external' | 'resident']
    const grown = median(second.map(read)) - median(first.map(read))
    if (grown <= limit) return []
    const requests =
      median(second.map((sample) => sample.requests)) - median(first.map((sample) => sample.requests))
    return [`${name}: ${grown} more, ${(grown / requests).toFixed(1)} for each request (limit ${limit})`]
  })
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0)

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
