import { expect, test } from 'vitest'
import type { Route } from '../../shared/lambda/route.ts'
import { type Call, CALLS, inQuery, sentTo } from '../support/every-call.ts'
import { ROUTES } from '../support/gateway.ts'
import { putOwner } from '../support/management.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BASIC } from '../support/walk.ts'

const walk = await testWalk()
const { tables } = walk.runtime
const client = await walk.addClient(BASIC)
await walk.granted(client)
await putOwner(walk.runtime)
/** One of each kind of JSON, none of which counts as absent. */
const VALUES = ['text', 'other text', '-1', 7, 7.5, -7, true, { key: 1 }, [[1]], ['text', 1]]

/** In these an integer is its decimal text. */
const INTEGER_OR_TEXT = ['subject', 'clientId', 'clientIdentifier', 'token', 'ticket']

function wrongValues({ method, shape }: Call, name: string): unknown[] {
  const accepts = (value: unknown) => shape[name]?.safeParse(value).success !== false
  const isText = (value: unknown) =>
    INTEGER_OR_TEXT.includes(name) && Number.isInteger(value) && accepts(String(value))
  const possible = VALUES.filter((value) => !inQuery({ method }) || typeof value === 'string')
  return possible.filter((value) => !accepts(value) && !isText(value))
}

test.each(CALLS)('$name refuses a wrong type of each member by name and changes nothing', async (call) => {
  const before = await tables.everything()
  for (const name of Object.keys(call.shape)) {
    for (const value of wrongValues(call, name)) {
      const { status, json } = await walk.send(sentTo(call, { [name]: value }, walk, client))
      const answer = `${String(status)} ${String(json['resultMessage'])}`
      expect(answer, `${name}: ${JSON.stringify(value)}`).toMatch(new RegExp(`^400 .*'${name}'`))
    }
  }
  expect(await tables.everything()).toEqual(before)
})

test.each(CALLS)('$name ignores a member that it does not know', ({ call }) => {
  const known = call.safeParse({})
  const more = call.safeParse({ unknownToAll: { a: [1] } })
  expect(more.data).toEqual(known.data)
  expect(more.success).toBe(known.success)
})

/** Members that are refused by their name for every value, so that they have no wrong type. */
const OF_ANY_TYPE = [
  ...['accessToken', 'refreshToken', 'dpop', 'patch'],
  ...['introspectionEncryptionAlg', 'publicKeyForEncryption', 'sharedKeyForEncryption', 'sharedKeyForSign'],
  ...['claimsForTx', 'verifiedClaimsForTx'],
]

test('every member has a wrong type, except text in a query and members that are refused anyway', () => {
  const without = CALLS.filter((call) => !inQuery(call)).flatMap((call) =>
    Object.keys(call.shape).flatMap((name) => (wrongValues(call, name).length === 0 ? [name] : [])),
  )
  expect(new Set(without)).toEqual(new Set(OF_ANY_TYPE))
})

const PATH_ALONE = [
  ...[
    '/auth/token/delete',
    '/client/certificates/delete',
    '/client/delete',
    '/client/get',
    '/client/secret/refresh',
    '/service/delete',
  ],
  ...['/client/extension/requestable_scopes/delete', '/client/extension/requestable_scopes/get'],
  ...['/certificate/source/get/list', '/service/get'],
]
const OPEN = ['/api', '/lifecycle/healthcheck', '/misc/echo']

test('every other call of the Web API has members', () => {
  const isBare = ({ call, face }: Route) => call === undefined && face === 'webApi'
  const bare = new Set(Object.values(ROUTES).flatMap((route) => (isBare(route) ? [route.endpoint] : [])))
  expect([...bare].sort()).toEqual([...PATH_ALONE, ...OPEN].sort())
})
