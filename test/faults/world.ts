import { afterAll } from 'vitest'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { type CuttingProxy, startCuttingProxy } from '../support/cutting-proxy.ts'
import { fixedRuntime, type FixedRuntime } from '../support/fixed-runtime.ts'
import { gateway, type Send } from '../support/gateway.ts'
import { putOwner } from '../support/management.ts'
import { openWalk, UNBOUND, type Walk } from '../support/walk.ts'

export interface World {
  readonly walk: Walk
  readonly proxy: CuttingProxy
  /** The process whose store fails. It keeps nothing in memory, so it reads everything in each request. */
  readonly failing: FixedRuntime
  /** Another process over the same tables, past the proxy. It takes over from a process that was killed. */
  readonly healthy: FixedRuntime
  /** Requests of the walk go to the process that prepares, which has a cache, while `action` runs. */
  readonly throughCached: <T>(action: () => Promise<T>) => Promise<T>
  /** Requests of the walk go to the failing process while `action` runs, and to the healthy one otherwise. */
  readonly throughFailing: <T>(action: () => Promise<T>) => Promise<T>
  /** For all processes. */
  readonly pass: (seconds: number) => void
}

/** Two processes of one deployment, with a service of unbound tokens and an owner, for one test file. */
export async function openWorld(settings: Parameters<typeof openWalk>[1] = {}): Promise<World> {
  const engine = await startEmbeddedEngine({})
  const proxy = await startCuttingProxy(engine.endpoint)
  const failing = await fixedRuntime({ registryCacheSeconds: 0 }, proxy)
  // Past the proxy. Their caches are empty at the beginning of each trial, because the clock goes on.
  const past = { endpoint: engine.endpoint, close: () => Promise.resolve() }
  const healthy = await fixedRuntime({}, past)
  const cached = await fixedRuntime({}, past)
  const runtimes = [failing, healthy, cached] as const
  afterAll(async () => {
    for (const runtime of runtimes) await runtime.close()
    await engine.close()
  })
  await putOwner(healthy)

  let sender: Send
  const walk = await openWalk(cached, { ...UNBOUND, ...settings }, (sent, format) => sender(sent, format))
  const [toFailing, toHealthy, toCached] = runtimes.map((runtime) =>
    gateway({ ...runtime, settings: { ...runtime.settings, serviceId: walk.number } }),
  ) as [Send, Send, Send]
  sender = toHealthy
  const through =
    (send: Send) =>
    async <T>(action: () => Promise<T>): Promise<T> => {
      sender = send
      try {
        return await action()
      } finally {
        sender = toHealthy
      }
    }
  return {
    ...{ walk, proxy, failing, healthy },
    throughCached: through(toCached),
    throughFailing: through(toFailing),
    pass: (seconds) => {
      for (const { clock } of runtimes) clock.now = addSeconds(clock.now, seconds)
    },
  }
}
