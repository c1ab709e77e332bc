import { describe, expect, test } from 'vitest'
import type { Route } from '../../shared/lambda/route.ts'
import { type Call, CALLS, inQuery, putOwner, sentTo } from '../support/every-call.ts'
import { ROUTES } from '../support/gateway.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BASIC } from '../support/walk.ts'

const walk = await testWalk()
const { tables } = walk.runtime
const client = await walk.addClient(BASIC)
await walk.granted(client)
await putOwner(walk.runtime)
/** One of each kind of JSON, none of which counts as absent. */
const VALUES = ['text', 'other text', '-1', 7, 7.5, -7, true, { key: 1 }, [[1]], ['text', 1]]

function wrongValues({ method, shape }: Call, name: string): unknown[] {
  const possible = VALUES.filter((value) => !inQuery({ method }) || typeof value === 'string')
  return possible.filter((value) => shape[name]?.safeParse(value).success === false)
}

describe.each(CALLS)('$name', (call) => {
  test.each(Object.keys(call.shape))(
    'a wrong type of %s is refused by name and changes nothing',
    async (name) => {
      const before = await tables.everything()
      for (const value of wrongValues(call, name)) {
        const { status, json } = await walk.send(sentTo(call, { [name]: value }, walk, client))
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
const OF_ANY_TYPE = [
  ...['accessToken', 'refreshToken', 'dpopKeyThumbprint'],
  ...['introspectionEncryptionAlg', 'publicKeyForEncryption', 'sharedKeyForEncryption', 'sharedKeyForSign'],
]

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
  '/service/delete',
  '/service/get',
]
const OPEN = ['/api', '/lifecycle/healthcheck', '/misc/echo']

test('every other call of the Web API has members', () => {
  const isBare = ({ call, face }: Route) => call === undefined && face === 'webApi'
  const bare = new Set(Object.values(ROUTES).flatMap((route) => (isBare(route) ? [route.endpoint] : [])))
  expect([...bare].sort()).toEqual([...PATH_ALONE, ...OPEN].sort())
})
