import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runtimeFor } from '../../shared/runtime.ts'
import { developmentCertificates } from '../emulator/certificates.ts'
import type { Seeded } from '../emulator/seed.ts'
import { createTables } from '../tables/tables.ts'
import { type Child, startChild } from './child.ts'
import { engineAt, settingsFor } from './deployment.ts'
import { keptAliveClient, type KeptAliveClient } from './kept-alive-client.ts'
import { type LoopbackCase, loopbackCases } from './loopback-cases.ts'
import { interleave, type NamedSamples, type Sample } from './rounds.ts'
import type { ServerArgument, ServerReady } from './server.ts'
import { type Format, seedFormat } from './services.ts'

export interface LoopbackOptions {
  readonly endpoint: string
  readonly rounds: number
  /** Of a case in a round. */
  readonly requests: number
}

export const CONNECTIONS = 8
/** Until the compiler has done with the code of a case. */
const WARM_UP_REQUESTS = 1500

/**
 * CPU time of the server alone, over real mutual TLS on kept-alive connections; client and engine are other processes.
 *
 * @returns the echo first
 * @throws Error when an answer is not the one expected
 */
export async function measureLoopback({
  endpoint,
  rounds,
  requests,
}: LoopbackOptions): Promise<NamedSamples[]> {
  const seeded = await seedBoth(endpoint)
  const directory = await mkdtemp(join(tmpdir(), 'certbound-bench-'))
  try {
    const { ca, server, clients } = await developmentCertificates(directory, ['bench'])
    const { certificateFile, keyFile } = server
    const files = { certificateFile, keyFile, truststoreFile: ca.certificateFile }
    const services = { opaque: seeded.opaque.serviceId, JWT: seeded.JWT.serviceId }
    const argument: ServerArgument = { endpoint, ...files, services }
    const child = await startChild<ServerReady>(new URL('./server.ts', import.meta.url), argument)
    const { certificate = '', key = '' } = clients.get('bench') ?? {}
    const client = keptAliveClient({ cert: certificate, key, ca: ca.certificate }, CONNECTIONS)
    try {
      const cases = await loopbackCases(client, child.ready, seeded)
      for (const each of cases) await load(client, each, WARM_UP_REQUESTS)
      return await interleave(cases, rounds, (each) => measure(client, child, each, requests))
    } finally {
      client.close()
      await child.close()
    }
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function seedBoth(endpoint: string): Promise<Record<Format, Seeded>> {
  const settings = settingsFor(1)
  await createTables(endpoint, settings.registryTable, settings.grantsTable)
  const { store, now } = runtimeFor(settings, engineAt(endpoint))
  try {
    return { opaque: await seedFormat(store, 'opaque', now()), JWT: await seedFormat(store, 'JWT', now()) }
  } finally {
    store.close()
  }
}

async function measure(
  client: KeptAliveClient,
  server: Child<ServerReady>,
  each: LoopbackCase,
  requests: number,
): Promise<Sample> {
  // Connections that idled away meanwhile are opened again before the clock runs: no handshake is in the figures.
  await load(client, each, 2 * CONNECTIONS)
  const startedAt = performance.now()
  const before = await server.cpuMicroseconds()
  await load(client, each, requests)
  const cpuMicroseconds = (await server.cpuMicroseconds()) - before
  return { calls: requests, cpuMicroseconds, wallMilliseconds: performance.now() - startedAt }
}

async function load(client: KeptAliveClient, { name, posts, expected }: LoopbackCase, requests: number) {
  let sent = 0
  const worker = async () => {
    while (sent < requests) {
      const post = posts[sent++ % posts.length]
      const body = post && (await client.post(post))
      if (body?.includes(expected) !== true) throw new Error(`${name} was not answered as expected`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
}
