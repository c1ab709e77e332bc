import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { requireCertificate } from '../../shared/certificate/pem.ts'
import { listen } from '../connections/listen.ts'
import { makeIdentity } from '../connections/identity.ts'
import { localRuntime } from '../emulator/local-runtime.ts'
import { type Child, startChild } from './child.ts'
import type { EngineReady } from './engine.ts'
import type { ListRun } from './list-job.ts'
import { opensslLists } from './openssl-lists.ts'
import { table } from './table.ts'

const DAY_MILLISECONDS = 86_400_000
const NEW_ENTRIES = 100

/** The runtime of Lambda limits the heap in the same way, by the memory of the function. */
const MEMORY = { NODE_OPTIONS: '--max-old-space-size=320 --max-semi-space-size=16' }

/** Lines of the index of `openssl ca`, each with a revoked certificate. */
function indexOf(entries: number): string {
  const line = () => `R\t491231235959Z\t250601000000Z,keyCompromise\t5A${serial()}\tunknown\t/CN=client\n`
  const serial = () => randomBytes(15).toString('hex').toUpperCase()
  return Array.from({ length: entries }, line).join('')
}

/**
 * Measures the job that reads revocation lists: a first list, the same again, and one with some entries more.
 *
 * @param entries the number of certificates in the first list
 * @returns lines with the seconds and the memory of each run
 */
export async function measureList(entries: number, folder: string): Promise<string[]> {
  await using opened = new AsyncDisposableStack()
  const started = async <Ready>(child: Promise<Child<Ready>>) => {
    const { ready, close } = await child
    opened.defer(close)
    return ready
  }
  const tls = await identity('localhost', 'server')
  const { http: endpoint } = await started(startChild<EngineReady>('engine.ts', tls))
  const ca = await identity('List CA', 'ca')
  const index = indexOf(entries)
  const published = { list: derOf(opensslLists(folder, ca, { index }).list()) }
  const { port, close } = await listen(createServer((_, response) => response.end(published.list)))
  opened.defer(close)
  const { store, now } = await localRuntime(endpoint, 1, { LOG_LEVEL: 'silent' })
  opened.defer(store.close)
  const issuers = [requireCertificate(ca.cert).toString('base64')]
  const address = `http://127.0.0.1:${port}/ca.crl`
  await store.lists.sources.changeSources(() => [
    { name: 'ca', issuers, address, lists: [], knownFrom: now() },
  ])

  const rows: string[][] = []
  const run = async (name: string) => {
    const { seconds, cpuSeconds, megabytes } = await started(
      startChild<ListRun>('list-job.ts', { endpoint, source: 'ca' }, MEMORY),
    )
    const size = (published.list.length / 1e6).toFixed(1)
    rows.push([name, size, seconds.toFixed(1), cpuSeconds.toFixed(1), megabytes.toFixed(0)])
  }
  await run(`${entries} entries`)
  await run('the same list')
  const more = { index: index + indexOf(NEW_ENTRIES), number: '2000' }
  published.list = derOf(opensslLists(folder, ca, more).list())
  await run(`${NEW_ENTRIES} entries more`)
  return table(['list', 'MB', 'seconds', 'CPU seconds', 'MB of memory'], rows)
}

const derOf = (pem: Buffer) =>
  Buffer.from(pem.toString('latin1').replaceAll(/-----[^-]+-----/g, ''), 'base64')

function identity(commonName: string, profile: 'ca' | 'server') {
  const [notBefore, notAfter] = [
    new Date(Date.now() - DAY_MILLISECONDS),
    new Date(Date.now() + DAY_MILLISECONDS),
  ]
  return makeIdentity({ profile, commonName, notBefore, notAfter })
}
