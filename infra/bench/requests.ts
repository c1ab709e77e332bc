import { type Case, casesOf } from './cases.ts'
import { startChild } from './child.ts'
import { Load, type Target } from './load.ts'
import { managementCase } from './management-case.ts'
import { startPeers } from './peers/peers.ts'
import { proofCases } from './proof-cases.ts'
import { cpuPerCall, type Figure, interleave, type Measured, type Sample } from './rounds.ts'
import type { ServerArgument, ServerReady } from './server.ts'
import { type BenchSite, openSite } from './site.ts'
import { table } from './table.ts'

export interface Plan {
  readonly rounds: number
  /** The requests of each case in a round. */
  readonly requests: number
  /** The requests of each case before the measurement. */
  readonly warmUp: number
  /** The numbers of kept-alive connections with which each case is measured. */
  readonly connections: readonly number[]
  /** The number of keys of DPoP proofs, where each request has another one. */
  readonly keys: number
  /** Whether the peers, which are fetched from npm, are also measured. */
  readonly peers: boolean
  /** Whether the servers call DynamoDB over TLS, as in production. */
  readonly withTls: boolean
}

/** The full plan: enough requests for the compiler to optimize the code of a case; one busy client, and many. */
export const FULL = { warmUp: 1500, connections: [1, 32], keys: 1100 }

/** @returns lines with the server's cost of requests over mutual TLS */
export async function measureRequests(plan: Plan): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  return linesOf(plan, await measureServer(await openSite(plan.withTls, opened), plan))
}

/** A target with a number of connections. */
interface Measurement extends Target {
  readonly load: Load
}

/** The samples of a case, keyed by the number of connections. */
type Served = Measured<readonly Sample[]>

/** Measures the CPU time of the server process on kept-alive connections, with the echo first. Client and engine are other processes. */
async function measureServer(
  { certificates, database, seeded }: BenchSite,
  { rounds, requests, warmUp, connections, keys, peers }: Plan,
): Promise<Served[]> {
  await using opened = new AsyncDisposableStack()
  const { endpoint, plain, trust } = database
  const { ca, server, clients } = certificates
  const [{ cert, key }, { bench }] = [server, clients]
  const tls = { endpoint, cert, key, truststoreFile: ca.certificateFile }
  const argument: ServerArgument = { ...tls, plain, seeded, certificate: bench.cert }
  const child = await startChild<ServerReady>('server.ts', argument, trust)
  opened.defer(child.close)
  const identity = { ca: ca.cert, cert: bench.cert, key: bench.key }
  const loads = connections.map((count) => opened.adopt(new Load(identity, count), (load) => load.close()))
  const [first] = loads
  if (first === undefined) throw new Error('no number of connections')

  const targetOf = (one: Case): Target => ({ ...one, server: child, port: child.ready[one.format] })
  const send = (one: Case) => first.sendOne(targetOf(one))
  const cases = [
    ...(await casesOf(seeded, send)),
    ...(await proofCases(plain, seeded.opaque, keys, send)),
    await managementCase(plain, seeded.opaque, Math.max(...connections)),
  ].map(targetOf)
  const others = peers ? await startPeers(tls, trust, first, opened) : []
  const targets = [...floor(cases[0] as Target, child.ready.echo), ...cases, ...others]
  for (const target of targets) await first.send(target, warmUp)
  const all = targets.flatMap((target) => loads.map((load): Measurement => ({ ...target, load })))
  const measured = await interleave(all, rounds, ({ load, ...target }) => load.measure(target, requests))
  return targets.map(({ name }) => ({
    name,
    samples: measured.filter((each) => each.name === name).map(({ samples }) => samples),
  }))
}

/** The cost of answers without this project: over mutual TLS, and with the DynamoDB call of a token or an introspection. */
function floor(issue: Target, port: number): Target[] {
  const echo = { ...issue, port, expected: '"length":' }
  return [
    { ...echo, name: 'echo', path: '/echo' },
    { ...echo, name: 'echo with a put', path: '/put' },
    { ...echo, name: 'echo with a batch get', path: '/batch-get' },
  ]
}

function linesOf({ rounds, requests, connections, withTls }: Plan, served: readonly Served[]): string[] {
  const [echo] = served
  const rows = served.map(({ name, samples }) => {
    return [name, ...samples.flatMap((each, i) => [...cells(each), ratio(each, echo?.samples[i])])]
  })
  const heads = connections.flatMap((count) => [`${count} conn.`, 'min-max', 'x echo'])
  return [
    `CPU microseconds per request (user and system), median of ${rounds} rounds of ${requests} with minimum and maximum,`,
    `for the server process, over mutual TLS on kept-alive connections, with DynamoDB ${withTls ? 'over TLS' : 'without TLS'}:`,
    '',
    ...table(['', ...heads], rows),
  ]
}

function ratio(samples: readonly Sample[], echo: readonly Sample[] = []): string {
  return (cpuPerCall(samples).median / cpuPerCall(echo).median).toFixed(1)
}

function cells(samples: readonly Sample[]): [string, string] {
  const { median, min, max }: Figure = cpuPerCall(samples)
  return [median.toFixed(0), `${min.toFixed(0)}-${max.toFixed(0)}`]
}
