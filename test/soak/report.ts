import { growth, LEAST_SAMPLES, type Sample } from './memory.ts'

/** The kinds of faults. Each of them ends the soak with the exit code 1. */
const FAULTS = [
  'wrong decision',
  'undocumented answer',
  'secret in the log',
  'failure of the edge',
  'growing',
] as const
export type Fault = (typeof FAULTS)[number]

const SHOWN_FAULTS = 5
const SHOWN_ERRORS = 5
const KEPT_LATENCIES = 20_000

/** Counts what is sent and answered, and keeps what is wrong. */
export class Report {
  readonly #requests = new Map<string, number>()
  readonly #answers = new Map<string, number>()
  readonly #latencies = new Map<string, number[]>()
  readonly #faults = new Map<Fault, string[]>()
  /** The last log lines of the level `error`. */
  readonly #errors: string[] = []
  readonly samples: Sample[] = []
  requests = 0
  logLines = 0
  /** Answers with 503 while the store was away or slow. */
  unavailable = 0

  request(kind: string, answer: string, milliseconds: number): void {
    this.requests++
    add(this.#requests, kind)
    add(this.#answers, answer)
    const latencies = this.#latencies.get(kind) ?? []
    this.#latencies.set(kind, latencies)
    if (latencies.length < KEPT_LATENCIES) latencies.push(milliseconds)
    else latencies[this.requests % KEPT_LATENCIES] = milliseconds
  }

  logLine(line: string): void {
    this.logLines++
    if (!line.includes('"level":"error"')) return
    this.#errors.push(line)
    if (this.#errors.length > SHOWN_ERRORS) this.#errors.shift()
  }

  fault(fault: Fault, about: string): void {
    const faults = this.#faults.get(fault) ?? []
    this.#faults.set(fault, faults)
    faults.push(about)
  }

  faults(fault: Fault): readonly string[] {
    return this.#faults.get(fault) ?? []
  }

  get failed(): boolean {
    return this.#faults.size > 0
  }

  sample(measured: Omit<Sample, 'milliseconds' | 'requests'>, milliseconds: number): void {
    this.samples.push({ ...measured, milliseconds, requests: this.requests })
  }

  lines(): string[] {
    for (const grown of growth(this.samples)) this.fault('growing', grown)
    return [
      ...section('requests of each kind, latency p50 / p95 / p99 in ms', this.#kinds()),
      ...section('answers', rows(this.#answers)),
      ...section(
        'edge after each round: minute, requests, handshakes, heap, external, resident, that of the bare server (MiB), open',
        this.#series(),
      ),
      `${this.requests} requests, ${this.logLines} log lines, ${this.unavailable} answers 503 while the store was away or slow`,
      ...this.#verdict(),
    ]
  }

  #kinds(): string[] {
    return [...this.#requests].sort(byName).map(([kind, count]) => {
      const sorted = (this.#latencies.get(kind) ?? []).toSorted((a, b) => a - b)
      const at = (share: number) => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(1)
      return `${String(count).padStart(8)}  ${kind}  ${at(0.5)} / ${at(0.95)} / ${at(0.99)}`
    })
  }

  /** At most thirty of the samples. */
  #series(): string[] {
    const every = Math.ceil(this.samples.length / 30)
    return this.samples
      .filter((_, i) => i % every === 0 || i === this.samples.length - 1)
      .map(({ milliseconds, requests, handshakes, heap, external, resident, bareResident, open }) => {
        const sizes = [heap, external, resident, bareResident].map((bytes) =>
          (bytes / 2 ** 20).toFixed(1).padStart(7),
        )
        const kinds = Object.entries(open).map(([kind, count]) => `${kind} ${String(count)}`)
        const minute = (milliseconds / 60_000).toFixed(1).padStart(5)
        return `${minute} ${String(requests).padStart(8)} ${String(handshakes).padStart(8)} ${sizes.join(' ')}  ${kinds.join(', ')}`
      })
  }

  #verdict(): string[] {
    const memory =
      this.samples.length < LEAST_SAMPLES ? `memory not judged below ${LEAST_SAMPLES} rounds` : 'flat memory'
    if (!this.failed) return [`verdict: no wrong decision, documented answers only, ${memory}`]
    const faults = FAULTS.flatMap((fault) => {
      const all = this.faults(fault)
      if (all.length === 0) return []
      return [`verdict: ${all.length} x ${fault}`, ...all.slice(0, SHOWN_FAULTS).map((about) => `  ${about}`)]
    })
    return [...faults, 'the last errors in the log:', ...this.#errors]
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)

function rows(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort(byName).map(([name, count]) => `${String(count).padStart(8)}  ${name}`)
}

function section(title: string, lines: readonly string[]): string[] {
  return [`${title}:`, ...lines, '']
}
