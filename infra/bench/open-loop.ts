import { casesOf } from './cases.ts'
import { startChild } from './child.ts'
import { Load, type Target } from './load.ts'
import { startPeers } from './peers/peers.ts'
import type { ServerArgument, ServerReady } from './server.ts'
import { openSite } from './site.ts'
import { table } from './table.ts'

export interface OpenLoopPlan {
  /** The arrivals of each case at each rate. */
  readonly requests: number
  /** The requests of each case before the measurement. */
  readonly warmUp: number
  readonly connections: number
  /** Whether oidc-provider on DynamoDB is measured at the same rates. */
  readonly peers: boolean
  /** A random number, at least 0 and less than 1. */
  readonly random: () => number
  readonly withTls: boolean
}

/** The rates, as shares of the requests that the server answers in a closed loop. */
const SHARES = [0.25, 0.5, 0.75]
const QUANTILES = [0.5, 0.99, 0.999]
/** The cases, and those of the peer on DynamoDB. */
const COMPARED = [
  ['token, opaque', 'oidc-provider, on DynamoDB: token'],
  ['introspection, opaque', 'oidc-provider, on DynamoDB: introspection'],
]

/**
 * Requests that do not wait for each other: the times between them are exponential (a Poisson process), and a late answer delays no other
 * request. The rates follow from what the server answers in a closed loop on all connections, with the database on the same machine.
 *
 * @returns lines with quantiles of the latency at each rate
 */
export async function measureOpenLoop(plan: OpenLoopPlan): Promise<string[]> {
  const { requests, connections, peers, withTls } = plan
  await using opened = new AsyncDisposableStack()
  const { certificates, database, seeded } = await openSite(withTls, opened)
  const { ca, server, clients } = certificates
  const { endpoint, plain, trust } = database
  const { cert, key } = server
  const tls = { endpoint, cert, key, truststoreFile: ca.certificateFile }
  const argument: ServerArgument = { ...tls, plain, seeded, certificate: clients.bench.cert }
  const child = await startChild<ServerReady>('server.ts', argument, trust)
  opened.defer(child.close)
  const identity = { ca: ca.cert, cert: clients.bench.cert, key: clients.bench.key }
  const load = opened.adopt(new Load(identity, connections), (each) => each.close())

  const { opaque } = seeded
  const at = { server: child, port: child.ready.opaque }
  const own = await casesOf({ opaque }, (one) => load.sendOne({ ...one, ...at }))
  const targets: Target[] = own.map((one) => ({ ...one, ...at }))
  if (peers) targets.push(...(await startPeers(tls, trust, load, opened)))

  const rows: string[][] = []
  for (const names of COMPARED) {
    const compared = names.flatMap((name) => targets.filter((target) => target.name === name))
    rows.push(...(await latencyRows(load, compared, plan)))
  }
  return [
    `Milliseconds of a request that comes at its time (Poisson), ${requests} requests at each rate on at most ${connections} connections, at a quarter, half`,
    `and three quarters of what certbound answers in a closed loop, with DynamoDB ${withTls ? 'over TLS' : 'without TLS'} on the same machine:`,
    '',
    ...table(['', 'a second', 'p50', 'p99', 'p99.9'], rows),
  ]
}

/**
 * @param compared the first decides the rates, and each is measured at them
 * @returns for each rate and target its name, the requests in a second and the quantiles of the latency in milliseconds
 */
export async function latencyRows(
  load: Load,
  compared: readonly Target[],
  { requests, warmUp, random }: Pick<OpenLoopPlan, 'requests' | 'warmUp' | 'random'>,
): Promise<string[][]> {
  for (const target of compared) await load.send(target, warmUp)
  const [first] = compared
  if (first === undefined) throw new Error('there is nothing to measure')
  const capacity = await closedLoopRate(load, first, requests)
  const rows: string[][] = []
  for (const rate of SHARES.map((share) => share * capacity)) {
    for (const target of compared) {
      const latencies = await openLoop(load, target, requests, () => gapMilliseconds(rate, random()))
      const quantiles = QUANTILES.map((share) => quantile(latencies, share).toFixed(1))
      rows.push([target.name, rate.toFixed(0), ...quantiles])
    }
  }
  return rows
}

/** @returns the answers in a second, if each connection sends its next request after the answer to the last one */
async function closedLoopRate(load: Load, target: Target, requests: number): Promise<number> {
  const begun = performance.now()
  await load.send(target, requests)
  return (1000 * requests) / (performance.now() - begun)
}

/**
 * The time between two arrivals of a Poisson process, which is exponential.
 *
 * @param rate the arrivals in a second
 * @param random a random number, at least 0 and less than 1
 */
export function gapMilliseconds(rate: number, random: number): number {
  return (-1000 * Math.log(1 - random)) / rate
}

/**
 * @param gap makes the milliseconds from one request to the next
 * @returns the milliseconds from sending each request to its answer, waits for a connection included
 */
async function openLoop(load: Load, target: Target, requests: number, gap: () => number): Promise<number[]> {
  const latencies: number[] = []
  const answers: Promise<void>[] = []
  const send = async () => {
    const sent = performance.now()
    await load.sendOne(target).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') throw error
      // The server ended a connection that nothing was sent on for a while.
      return load.sendOne(target)
    })
    latencies.push(performance.now() - sent)
  }
  let due = performance.now()
  for (let i = 0; i < requests; i++) {
    due += gap()
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    const answer = send()
    // A failure is thrown when all requests are sent.
    answer.catch(() => undefined)
    answers.push(answer)
  }
  await Promise.all(answers)
  return latencies
}

/** The least value that a share of the values do not exceed (the nearest rank). */
export function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? NaN
}
