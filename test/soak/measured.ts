import { Server } from 'node:tls'

/** Bytes after a garbage collection, and the number of sockets, timers and requests that Node keeps open. */
export interface Measured {
  readonly heap: number
  readonly external: number
  readonly resident: number
  readonly open: Readonly<Record<string, number>>
  /** The TLS handshakes that have succeeded in this process. */
  readonly handshakes: number
}

/** The part of a measured process: it reports that it is ready, answers with its measures, and ends if its parent disconnects. */
export function answerMeasurements(ready: object): void {
  process.on('message', () => process.send?.(measure()))
  process.once('disconnect', () => process.exit())
  process.send?.(ready)
}

let handshakes = 0
const emit = Reflect.get(Server.prototype, 'emit') as (name: string, ...more: unknown[]) => boolean
// Node has no count of its own.
Reflect.set(Server.prototype, 'emit', function (this: Server, name: string, ...more: unknown[]) {
  if (name === 'secureConnection') handshakes++
  return Reflect.apply(emit, this, [name, ...more])
})

function measure(): Measured {
  // The second collection frees the memory that finalizers of the first one release.
  for (let times = 0; times < 2; times++) globalThis.gc?.()
  const { heapUsed: heap, external, rss: resident } = process.memoryUsage()
  const open: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) open[kind] = (open[kind] ?? 0) + 1
  return { heap, external, resident, open, handshakes }
}
