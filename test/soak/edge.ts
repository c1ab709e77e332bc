import { startSite } from '../../infra/emulator/site/site.ts'
import type { Seeded } from '../../infra/emulator/site/seed.ts'

/** The site of `npm start` over an engine elsewhere, in a process of its own so that its memory is its own. */
export interface EdgeArgument {
  readonly endpoint: string
  /** The folder of the development certificates. */
  readonly directory: string
  readonly truststore: string
}

export interface EdgeReady {
  readonly mtlsUrl: string
  readonly webApiUrl: string
  readonly seeded: Seeded
}

/** Bytes after a garbage collection, and the number of sockets, timers and requests that Node keeps open. */
export interface Measured {
  readonly heap: number
  readonly external: number
  readonly resident: number
  readonly open: Readonly<Record<string, number>>
}

const { endpoint, directory, truststore } = JSON.parse(process.argv[2] ?? '{}') as EdgeArgument
const site = await startSite({
  directory,
  truststore,
  engine: { endpoint, close: () => Promise.resolve() },
  onLine: (line) => void process.stdout.write(`${line}\n`),
})
process.on('message', () => process.send?.(measure()))
process.once('disconnect', () => process.exit())
const { mtlsUrl, webApiUrl, seeded } = site
process.send?.({ mtlsUrl, webApiUrl, seeded } satisfies EdgeReady)

function measure(): Measured {
  // The second collection frees the memory that finalizers of the first one release.
  for (let times = 0; times < 2; times++) globalThis.gc?.()
  const { heapUsed: heap, external, rss: resident } = process.memoryUsage()
  const open: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) open[kind] = (open[kind] ?? 0) + 1
  return { heap, external, resident, open }
}
