/** A measurement of a case: a number of calls, and their cost. */
export interface Sample {
  readonly calls: number
  /** The user and system time of the measured process. */
  readonly cpuMicroseconds: number
}

export interface Measured<Result> {
  readonly name: string
  /** The result of each round. */
  readonly samples: readonly Result[]
}

export interface Figure {
  readonly median: number
  readonly min: number
  readonly max: number
}

/**
 * Measures every case once in every round. Each round begins with another case, so that other work of the machine affects all cases
 * equally.
 */
export async function interleave<Case extends { readonly name: string }, Result>(
  cases: readonly Case[],
  rounds: number,
  measure: (measured: Case) => Promise<Result>,
): Promise<Measured<Result>[]> {
  const samples = new Map<Case, Result[]>(cases.map((each) => [each, []]))
  for (let round = 0; round < rounds; round++) {
    const first = round % cases.length
    for (const each of [...cases.slice(first), ...cases.slice(0, first)]) {
      samples.get(each)?.push(await measure(each))
    }
  }
  return cases.map((each) => ({ name: each.name, samples: samples.get(each) ?? [] }))
}

export function cpuPerCall(samples: readonly Sample[]): Figure {
  return figure(samples.map(({ cpuMicroseconds, calls }) => cpuMicroseconds / calls))
}

export function figure(values: readonly number[]): Figure {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (index: number) => sorted[index] ?? NaN
  const middle = (sorted.length - 1) / 2
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  }
}

/** The median of values of any distribution, and an interval that contains the true one with a probability of 95 %. */
export interface MedianInterval {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * The interval lies between two order statistics: the number of values below the true median is binomial with 1/2.
 *
 * @throws Error for fewer than six values, for which there is no such interval
 */
export function medianInterval(values: readonly number[]): MedianInterval {
  const sorted = values.toSorted((a, b) => a - b)
  let outside = 0
  let probability = 2 * 0.5 ** sorted.length
  let rank = 0
  while (outside + probability <= 0.05) {
    outside += probability
    probability *= (sorted.length - rank) / (rank + 1)
    rank++
  }
  const [low, high] = [sorted[rank - 1], sorted.at(-rank)]
  if (low === undefined || high === undefined) throw new Error('six or more values are needed')
  return { median: figure(sorted).median, low, high }
}
