import type { Measured } from './measured.ts'

/** The edge between two rounds, when nothing is under way. */
export interface Sample extends Measured {
  /** The time since the soak began. */
  readonly milliseconds: number
  readonly requests: number
  /** The resident memory of a server that only has had as many handshakes. */
  readonly bareResident: number
}

/** Fewer samples have no steady part, and nothing is judged. */
export const LEAST_SAMPLES = 6
/** A compiler and full caches come first. */
const WARM_UP_SHARE = 1 / 3

const MEBIBYTE = 2 ** 20
/**
 * The allowed growth between the middles of the two halves after the warm-up. The resident memory of every TLS server of Node grows with its
 * handshakes, so it counts beyond that of the bare server.
 */
const LIMITS = { heap: 2 * MEBIBYTE, external: 4 * MEBIBYTE, resident: 64 * MEBIBYTE, open: 24 }

const READ: Readonly<Record<keyof typeof LIMITS, (sample: Sample) => number>> = {
  heap: ({ heap }) => heap,
  external: ({ external }) => external,
  resident: ({ resident, bareResident }) => resident - bareResident,
  open: ({ open }) => Object.values(open).reduce((all, each) => all + each, 0),
}

/** Lists the measures that grew from the first half after the warm-up to the second; nothing if there are few samples. */
export function growth(samples: readonly Sample[]): string[] {
  if (samples.length < LEAST_SAMPLES) return []
  const steady = samples.slice(Math.ceil(samples.length * WARM_UP_SHARE))
  const half = Math.floor(steady.length / 2)
  const [first, second] = [steady.slice(0, half), steady.slice(-half)]
  const grownBy = (read: (sample: Sample) => number) => median(second.map(read)) - median(first.map(read))
  return (['heap', 'external', 'resident', 'open'] as const).flatMap((name) => {
    const [grown, limit] = [grownBy(READ[name]), LIMITS[name]]
    if (grown <= limit) return []
    const each = (grown / grownBy(({ requests }) => requests)).toFixed(1)
    return [`${name}: ${grown} more, ${each} for each request (limit ${limit})`]
  })
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0
}
