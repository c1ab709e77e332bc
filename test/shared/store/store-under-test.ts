import { afterAll, beforeEach } from 'vitest'
import type { Settings } from '../../../shared/settings.ts'
import { type CuttingProxy, pass, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { type FixedRuntime, fixedRuntime, START } from '../../support/fixed-runtime.ts'
import type { Item } from '../../support/raw-tables.ts'

export interface Engine {
  readonly endpoint: string
}

export interface StoreUnderTest {
  readonly runtime: FixedRuntime
  /** Between the runtime and the engine. */
  readonly proxy: CuttingProxy
  /** Another process of the deployment: the same tables, a cache and a clock of its own, past the proxy. */
  readonly rival: FixedRuntime
  /** What really lies in the tables. */
  readonly raw: FixedRuntime['tables']
}

let opened = 0

/**
 * A store over two fresh tables of the engine, for the tests of one `describe`. Before each of them the proxy passes
 * everything and has seen nothing, and the clock of the runtime stands at `START`.
 */
export async function storeUnderTest(
  { endpoint }: Engine,
  settings: Partial<Settings> = {},
): Promise<StoreUnderTest> {
  opened += 1
  const all = { registryTable: `registry-${opened}`, grantsTable: `grants-${opened}`, ...settings }
  const proxy = await startCuttingProxy(endpoint)
  const runtime = await fixedRuntime(all, proxy)
  const rival = await fixedRuntime(all, { endpoint, close: () => Promise.resolve() })
  beforeEach(() => {
    proxy.fate = pass
    proxy.passed.length = 0
    runtime.clock.now = START
  })
  afterAll(async () => {
    await rival.close()
    await runtime.close()
  })
  return { runtime, proxy, rival, raw: rival.tables }
}

/** The grants table's item of a grant or, without `grantId`, of a client's state. */
export function grantItem(
  { raw }: StoreUnderTest,
  { service, client, grantId }: { service: number; client: number; grantId?: string },
): Promise<Item | undefined> {
  const parts = [service, client, ...(grantId === undefined ? [] : [grantId])]
  return raw.grants.get({ id: parts.join('.') })
}
