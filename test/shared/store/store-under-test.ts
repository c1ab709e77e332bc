import { afterAll, beforeEach } from 'vitest'
import type { DynamoDb } from '../../../shared/dynamodb/dynamodb.ts'
import type { Settings } from '../../../shared/runtime/settings.ts'
import { type CuttingProxy, pass, startCuttingProxy } from '../../support/cutting-proxy.ts'
import { dynamoDbWithoutWaits, type FixedRuntime, fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { gateway } from '../../support/gateway.ts'
import type { Item } from '../../support/raw-tables.ts'
import { BASIC, basic, form, openWalk, REDIRECT_URI, UNBOUND } from '../../support/walk.ts'

export interface Engine {
  readonly endpoint: string
  readonly dynamodbClient: Settings['dynamodbClient']
}

export interface StoreUnderTest {
  readonly runtime: FixedRuntime
  /** Past the proxy. */
  readonly dynamodb: DynamoDb
  /** The proxy between the runtime and the engine. */
  readonly proxy: CuttingProxy
  /** Another process of the deployment: the same tables, a cache and a clock of its own, past the proxy. */
  readonly rival: FixedRuntime
  /** The tables themselves, without a cache. */
  readonly raw: FixedRuntime['tables']
}

let opened = 0

/**
 * A store over two fresh tables of the engine, for the tests of one `describe`. Before each of them the proxy passes
 * everything and has seen nothing, and the clock of the runtime stands at `START`.
 */
export async function storeUnderTest(
  { endpoint, dynamodbClient }: Engine,
  settings: Partial<Settings> = {},
): Promise<StoreUnderTest> {
  opened += 1
  const all = {
    registryTable: `registry-${opened}`,
    grantsTable: `grants-${opened}`,
    auditTable: `audit-${opened}`,
    dynamodbClient,
    ...settings,
  }
  const proxy = await startCuttingProxy(endpoint)
  const runtime = await fixedRuntime(all, proxy)
  const rival = await fixedRuntime(all, { endpoint, close: () => Promise.resolve() })
  const dynamodb = await dynamoDbWithoutWaits(all, endpoint)
  beforeEach(() => {
    proxy.fate = pass
    proxy.passed.length = 0
    runtime.clock.now = START
  })
  afterAll(async () => {
    dynamodb.close()
    await rival.close()
    await runtime.close()
  })
  return { runtime, dynamodb, proxy, rival, raw: rival.tables }
}

/** The grants table's item of a grant or, without `grantId`, of a client's state. */
export function grantItem(
  { raw }: StoreUnderTest,
  { service, client, grantId }: { service: number; client: number; grantId?: string },
): Promise<Item | undefined> {
  const parts = [service, client, ...(grantId === undefined ? [] : [grantId])]
  return raw.grants.get({ id: parts.join('.') })
}

/** Opens a store under test with a walk of unbound tokens, and its rival as another process that answers requests. */
export async function walkUnderTest(engine: Engine, settings: Partial<Settings> = {}) {
  const tested = await storeUnderTest(engine, settings)
  const walk = await openWalk(tested.runtime, UNBOUND)
  const client = await walk.addClient(BASIC)
  const rival = gateway({ ...tested.rival, settings: { ...tested.rival.settings, serviceId: walk.number } })
  return {
    ...{ tested, walk, client },
    ask: (parameters: Record<string, string>) => walk.post('/token', parameters, undefined, basic(client)),
    /** The same to the rival. */
    askRival: (route: string, parameters: Record<string, string>) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) }
      return rival({ route, headers, body: form(parameters) })
    },
    redemption: (code: string) => ({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }),
  }
}
