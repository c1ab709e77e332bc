import { mkdtemp, rm } from 'node:fs/promises'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { developmentCertificates } from '../emulator/site/certificates.ts'
import { mutualTlsRequest } from '../connections/mutual-tls-request.ts'
import type { Seeded } from '../emulator/site/seed.ts'
import { createTables } from '../tables/tables.ts'
import { type Child, startChild } from './child.ts'
import { interleave, type NamedSamples, type Sample } from './rounds.ts'
import type { ServerArgument, ServerReady } from './server.ts'
import { clientCredentials, type Format, FORMATS, runtimeAt, seedFormat } from './services.ts'

export interface LoopbackOptions {
  readonly endpoint: string
  readonly rounds: number
  /** Of a case in a round. */
  readonly requests: number
}

export const CONNECTIONS = 8
/** Until the compiler has done with the code of a case. */
const WARM_UP_REQUESTS = 1500
const TOKENS = 32

interface Post {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly form: string
}

interface LoopbackCase {
  readonly name: string
  /** Sent in turn. */
  readonly posts: readonly Post[]
  /** A text that every answer must contain: figures of wrong answers would be worthless. */
  readonly expected: string
}

/**
 * CPU time of the server process, over real mutual TLS on kept-alive connections. Client and engine are other processes.
 *
 * @returns the echo first
 * @throws Error when an answer is not the one expected
 */
export async function measureLoopback(options: LoopbackOptions): Promise<NamedSamples[]> {
  const { endpoint, rounds, requests } = options
  const seeded = await seedFormats(endpoint)
  await using opened = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'certbound-bench-'))
  opened.defer(() => rm(directory, { recursive: true }))
  const { ca, server, clients } = await developmentCertificates(directory, ['bench'])
  const services = { opaque: seeded.opaque.serviceId, JWT: seeded.JWT.serviceId }
  const { cert, key } = server
  const argument: ServerArgument = { endpoint, cert, key, truststoreFile: ca.certificateFile, services }
  const child = await startChild<ServerReady>('server.ts', argument)
  opened.defer(child.close)
  const identity = { ca: ca.cert, cert: clients.bench.cert, key: clients.bench.key }
  const agent = new Agent({ ...identity, keepAlive: true, maxSockets: CONNECTIONS })
  opened.defer(() => agent.destroy())

  const cases = await loopbackCases(agent, child.ready, seeded)
  for (const each of cases) await load(agent, each, WARM_UP_REQUESTS)
  return await interleave(cases, rounds, (each) => measure(agent, child, each, requests))
}

async function seedFormats(endpoint: string): Promise<Readonly<Record<Format, Seeded>>> {
  const runtime = runtimeAt(endpoint, 1)
  const { registryTable, grantsTable } = runtime.settings
  await createTables(endpoint, registryTable, grantsTable)
  try {
    return { opaque: await seedFormat(runtime, 'opaque'), JWT: await seedFormat(runtime, 'JWT') }
  } finally {
    runtime.store.close()
  }
}

/** The echo first; then, for each format, issuing a bound token, and introspection by its holder. */
async function loopbackCases(
  agent: Agent,
  ports: ServerReady,
  seeded: Readonly<Record<Format, Seeded>>,
): Promise<LoopbackCase[]> {
  const url = (name: keyof ServerReady, path: string) => `https://127.0.0.1:${ports[name]}${path}`
  const issuing = (format: Format): Post => ({
    url: url(format, '/token'),
    headers: { authorization: clientCredentials(seeded[format]) },
    form: 'grant_type=client_credentials&scope=accounts%3Aread',
  })
  const echo = { ...issuing('opaque'), url: url('echo', '/') }
  const cases: LoopbackCase[] = [{ name: 'echo', posts: [echo], expected: '"length":' }]
  for (const format of FORMATS) {
    const expected = format === 'JWT' ? '"access_token":"eyJ' : '"access_token":"'
    cases.push({ name: `token, ${format}`, posts: [issuing(format)], expected })
  }
  for (const format of FORMATS) {
    const posts: Post[] = []
    while (posts.length < TOKENS) {
      const { access_token } = JSON.parse(await send(agent, issuing(format))) as { access_token: string }
      posts.push({ url: url(format, '/introspection'), headers: {}, form: `token=${access_token}` })
    }
    cases.push({ name: `introspection, ${format}`, posts, expected: '"active":true' })
  }
  return cases
}

async function measure(
  agent: Agent,
  server: Child<ServerReady>,
  each: LoopbackCase,
  requests: number,
): Promise<Sample> {
  // Opens the connections that timed out meanwhile, before the clock runs: the figures contain no handshake.
  await load(agent, each, 2 * CONNECTIONS)
  const startedAt = performance.now()
  const before = await server.cpuMicroseconds()
  await load(agent, each, requests)
  const cpuMicroseconds = (await server.cpuMicroseconds()) - before
  return { calls: requests, cpuMicroseconds, wallMilliseconds: performance.now() - startedAt }
}

async function load(agent: Agent, { name, posts, expected }: LoopbackCase, requests: number): Promise<void> {
  let sent = 0
  const worker = async () => {
    while (sent < requests) {
      const post = posts[sent++ % posts.length]
      const body = post && (await send(agent, post))
      if (body?.includes(expected) !== true) throw new Error(`${name} was not answered as expected`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
}

async function send(agent: Agent, { url, headers, form }: Post): Promise<string> {
  const { status, text } = await mutualTlsRequest(url, agent, { form, headers })
  if (status !== 200) throw new Error(`${url} answered ${status}: ${text}`)
  return text
}
