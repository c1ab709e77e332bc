/** One measurement of one case: some calls, and what they cost. */
export interface Sample {
  readonly calls: number
  /** User and system time of the process that is measured. */
  readonly cpuMicroseconds: number
  readonly wallMilliseconds: number
}

export interface NamedSamples {
  readonly name: string
  readonly samples: readonly Sample[]
}

export interface Figure {
  readonly median: number
  readonly min: number
  readonly max: number
}

/**
 * Measures every case once in every round. Each round begins with another case, so that other work of the machine affects
 * all of them alike.
 */
export async function interleave<Case extends { readonly name: string }>(
  cases: readonly Case[],
  rounds: number,
  measure: (measured: Case) => Sample | Promise<Sample>,
): Promise<NamedSamples[]> {
  const samples = new Map<Case, Sample[]>(cases.map((each) => [each, []]))
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

export function callsPerSecond(samples: readonly Sample[]): Figure {
  return figure(samples.map(({ wallMilliseconds, calls }) => (calls / wallMilliseconds) * 1000))
}

/** What `calls` calls of a function cost this process, one after the other. */
export async function measureHere(calls: number, call: () => unknown): Promise<Sample> {
  const startedAt = performance.now()
  const before = process.cpuUsage()
  for (let i = 0; i < calls; i++) {
    const result = call()
    // Awaiting a synchronous result would add a turn of the queue to its cost.
    if (result instanceof Promise) await result
  }
  const { user, system } = process.cpuUsage(before)
  return { calls, cpuMicroseconds: user + system, wallMilliseconds: performance.now() - startedAt }
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
