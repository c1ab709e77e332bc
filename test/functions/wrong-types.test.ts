import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as z from 'zod/mini'
import type { Route } from '../../shared/lambda/route.ts'
import { digest } from '../../shared/oauth/token-string.ts'
import { fixedRuntime, type FixedRuntime } from '../support/fixed-runtime.ts'
import { ROUTES, type Sent } from '../support/gateway.ts'
import { ORGANIZATION, OWNER_KEY, OWNER_SECRET } from '../support/management.ts'
import { rawTables } from '../support/raw-tables.ts'
import { BASIC, openWalk, type TestClient, type Walk } from '../support/walk.ts'

let runtime: FixedRuntime
let walk: Walk
let client: TestClient
let tables: ReturnType<typeof rawTables>
beforeAll(async () => {
  runtime = await fixedRuntime()
  walk = await openWalk(runtime)
  client = await walk.addClient(BASIC)
  await walk.granted(client)
  await runtime.store.registry.putOwner({
    apiKey: OWNER_KEY,
    apiSecretDigest: digest(OWNER_SECRET),
    organizationTokenDigest: digest(ORGANIZATION),
  })
  tables = rawTables(runtime)
})
afterAll(async () => {
  tables.close()
  await runtime.close()
})

/** One of each kind of JSON, none of which counts as absent. */
const VALUES = ['text', 'other text', '-1', 7, 7.5, -7, true, { key: 1 }, [[1]], ['text', 1]]

type Members = Record<string, z.ZodMiniType>

const CALLS = Object.entries(ROUTES).flatMap(([template, { call, methods, access }]) => {
  if (call === undefined) return []
  const { shape } = call as unknown as { shape: Members }
  return methods.map((method) => ({ name: `${method} ${template}`, template, method, access, call, shape }))
})
type Call = (typeof CALLS)[number]

/** A query has text alone. */
const inQuery = ({ method }: Pick<Call, 'method'>) => method !== 'POST'

function wrongValues({ method, shape }: Call, name: string): unknown[] {
  const possible = VALUES.filter((value) => !inQuery({ method }) || typeof value === 'string')
  return possible.filter((value) => shape[name]?.safeParse(value).success === false)
}

function sentTo({ template, method, access }: Call, members: Record<string, unknown>): Sent {
  const isOwner = access === 'owner' || (access === 'service' && !template.includes('{serviceId}'))
  const isV3 = template.includes('{serviceId}')
  const { serviceId, secrets } = walk
  const basic = `Basic ${Buffer.from(`${serviceId}:${secrets.manage}`).toString('base64')}`
  const authorization = isOwner ? `Bearer ${ORGANIZATION}` : isV3 ? `Bearer ${secrets.manage}` : basic
  const parameters = Object.entries({
    serviceId,
    apiKey: serviceId,
    clientId: client.id,
    subject: 'testuser01',
  })
  const pathParameters = Object.fromEntries(parameters.filter(([name]) => template.includes(`{${name}}`)))
  const about = { route: template, method, pathParameters }
  if (inQuery({ method })) {
    const query = new URLSearchParams(
      Object.entries(members).map(([name, value]): [string, string] => [name, String(value)]),
    )
    return { ...about, headers: { authorization }, query: query.toString() }
  }
  const headers = { authorization, 'content-type': 'application/json' }
  return { ...about, headers, body: JSON.stringify(members) }
}

describe.each(CALLS)('$name', (call) => {
  test.each(Object.keys(call.shape))(
    'a wrong type of %s is refused by name and changes nothing',
    async (name) => {
      const before = await tables.everything()
      for (const value of wrongValues(call, name)) {
        const { status, json } = await walk.send(sentTo(call, { [name]: value }))
        expect(`${String(status)} ${String(json['resultMessage'])}`).toMatch(`'${name}'`)
        expect(status).toBe(400)
      }
      expect(await tables.everything()).toEqual(before)
    },
  )

  test('a member that nobody knows is ignored', () => {
    const unknown = { unknownToAll: { a: [1] } }
    const known = call.call.safeParse({})
    const more = call.call.safeParse(unknown)
    expect(more.data).toEqual(known.data)
    expect(more.success).toBe(known.success)
  })
})

/** Refused by name whatever they are, so that they have no wrong type. */
const OF_ANY_TYPE = ['accessToken', 'refreshToken', 'dpopKeyThumbprint']

test('every member has a wrong type, but for text in a query and for what is refused anyhow', () => {
  const without = CALLS.filter((call) => !inQuery(call)).flatMap((call) =>
    Object.keys(call.shape).flatMap((name) => (wrongValues(call, name).length === 0 ? [name] : [])),
  )
  expect(new Set(without)).toEqual(new Set(OF_ANY_TYPE))
})

const PATH_ALONE = [
  '/auth/token/delete',
  '/client/delete',
  '/client/get',
  '/client/secret/refresh',
  '/service/configuration',
  '/service/delete',
  '/service/get',
]
const OPEN = ['/api', '/lifecycle/healthcheck', '/misc/echo']

test('every other call of the Web API has members', () => {
  const isBare = ({ call, face }: Route) => call === undefined && face === 'webApi'
  const bare = new Set(Object.values(ROUTES).flatMap((route) => (isBare(route) ? [route.endpoint] : [])))
  expect([...bare].sort()).toEqual([...PATH_ALONE, ...OPEN].sort())
})
