import { mkdtempDisposable } from 'node:fs/promises'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutualTlsRequest } from '../connections/mutual-tls-request.ts'
import { developmentCertificates } from '../emulator/site/certificates.ts'
import { type Case, casesOf, seedFormats } from './cases.ts'
import { type Child, startChild } from './child.ts'
import type { EngineReady } from './engine.ts'
import type { OwnCodeArgument, OwnCodeReady } from './own-code.ts'
import { cpuPerCall, type Figure, interleave, type Measured, type Sample } from './rounds.ts'
import type { ServerArgument, ServerReady } from './server.ts'
import { table } from './table.ts'

const CONNECTIONS = 8
/** Enough for the compiler to finish with the code of a case. */
const WARM_UP_REQUESTS = 1500

/** @returns lines: what requests cost the server over mutual TLS, and the part of this project's own code in it */
export async function measureRequests(rounds: number, requests: number): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const engine = await startChild<EngineReady>('engine.ts', {})
  opened.defer(engine.close)
  const { endpoint } = engine.ready
  const seeded = await seedFormats(endpoint)
  const folder = opened.use(await mkdtempDisposable(join(tmpdir(), 'certbound-bench-')))
  const certificates = await developmentCertificates(folder.path, ['bench'])
  const { bench } = certificates.clients

  const argument = { endpoint, seeded, certificate: bench.cert, rounds, calls: requests }
  const served = await measureServer(certificates, argument)
  // In a fresh process: its compiler has seen only the code that is measured there.
  const ownCode = await startChild<OwnCodeReady>('own-code.ts', argument)
  await ownCode.close()
  return linesOf(rounds, requests, served, ownCode.ready)
}

type Certificates = Awaited<ReturnType<typeof developmentCertificates<'bench'>>>

/** CPU time of the server process, on kept-alive connections: the echo first. Client and engine are other processes. */
async function measureServer(
  { ca, server, clients: { bench } }: Certificates,
  { endpoint, seeded, rounds, calls }: OwnCodeArgument,
): Promise<Measured<Sample>[]> {
  await using opened = new AsyncDisposableStack()
  const services = { opaque: seeded.opaque.serviceId, JWT: seeded.JWT.serviceId }
  const { cert, key } = server
  const argument: ServerArgument = { endpoint, cert, key, truststoreFile: ca.certificateFile, services }
  const child = await startChild<ServerReady>('server.ts', argument)
  opened.defer(child.close)
  const identity = { ca: ca.cert, cert: bench.cert, key: bench.key }
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: CONNECTIONS })
  opened.defer(() => agent.destroy())
  const { ready } = child

  const cases = await casesOf(seeded, (one) => send(agent, ready, one))
  const [issue] = cases as [Case]
  const echo = { ...issue, name: 'echo', path: '/echo', expected: '"length":' }
  const all = [echo, ...cases]
  for (const each of all) await load(agent, ready, each, WARM_UP_REQUESTS)
  return await interleave(all, rounds, (each) => measure(agent, child, each, calls))
}

async function measure(agent: Agent, server: Child<ServerReady>, each: Case, calls: number): Promise<Sample> {
  // Opens the connections that timed out meanwhile, before the clock runs: the figures contain no handshake.
  await load(agent, server.ready, each, 2 * CONNECTIONS)
  const before = await server.cpuMicroseconds()
  await load(agent, server.ready, each, calls)
  return { calls, cpuMicroseconds: (await server.cpuMicroseconds()) - before }
}

async function load(agent: Agent, ports: ServerReady, each: Case, requests: number): Promise<void> {
  let sent = 0
  const worker = async () => {
    while (sent++ < requests) await send(agent, ports, each)
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
}

/** @throws Error when the answer is not the expected one */
async function send(agent: Agent, ports: ServerReady, one: Case): Promise<string> {
  const { name, format, path, headers, form, expected } = one
  const port = path === '/echo' ? ports.echo : ports[format]
  const { status, text } = await mutualTlsRequest(`https://127.0.0.1:${port}${path}`, agent, {
    form,
    headers,
  })
  if (status !== 200 || !text.includes(expected)) throw new Error(`${name} was answered ${status}: ${text}`)
  return text
}

function linesOf(
  rounds: number,
  requests: number,
  served: readonly Measured<Sample>[],
  ownCode: readonly Measured<Sample>[],
): string[] {
  const [echo = []] = served.map(({ samples }) => samples)
  const rows = served.map(({ name, samples }) => {
    const own = ownCode.find((each) => each.name === name)?.samples
    const ratio = cpuPerCall(samples).median / cpuPerCall(echo).median
    return [name, ...cells(samples), ratio.toFixed(1), ...(own === undefined ? [] : cells(own))]
  })
  return [
    `CPU microseconds a request (user and system), median of ${rounds} rounds of ${requests}, least and most beside it:`,
    `of the server process, over mutual TLS on ${CONNECTIONS} kept-alive connections; and of this project's own code, in`,
    `a process in which DynamoDB's answers are in memory, without the AWS SDK`,
    '',
    ...table(['', 'server', 'least-most', 'x echo', 'own code', 'least-most'], rows),
  ]
}

function cells(samples: readonly Sample[]): [string, string] {
  const { median, min, max }: Figure = cpuPerCall(samples)
  return [median.toFixed(0), `${min.toFixed(0)}-${max.toFixed(0)}`]
}
