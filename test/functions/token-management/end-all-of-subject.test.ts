import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { pass } from '../../support/cutting-proxy.ts'
import { failure } from '../../support/management.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, type TestClient } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const CLIENTS = 22

const walk = await openWalk(runtime)
/** In the order in which a revocation goes through them. */
const clients = (await Promise.all(Array.from({ length: CLIENTS }, () => walk.addClient(BASIC)))).toSorted(
  (a, b) => (a.id < b.id ? -1 : 1),
)

async function make(client: TestClient | undefined, subject = 'alice'): Promise<string> {
  const asked = { grantType: 'AUTHORIZATION_CODE', clientId: client?.number, subject }
  return String((await walk.call('/auth/token/create', asked)).json['accessToken'])
}
const isLive = async (token: string) => (await walk.standard(token))['active']
const revoke = (members: object = { subject: 'alice' }) => walk.call('/auth/token/revoke', { ...members })
/** The store takes this number of seconds for one kind of request. */
const slow = (operation: string, seconds: number) => {
  proxy.fate = (passing, forward) => {
    if (passing.operation === operation) runtime.clock.now = addSeconds(runtime.clock.now, seconds)
    return forward()
  }
}
const queries = () => proxy.passed.filter(({ operation }) => operation === 'Query').length

test('a revocation by subject that takes too long answers 503, and the next call goes on behind it', async () => {
  const [first, last] = [await make(clients[0]), await make(clients.at(-1))]
  slow('Query', 1)
  const unfinished = await revoke()
  expect(failure(unfinished)).toBe('503 A135191')
  expect(unfinished.headers['retry-after']).toBe('1')
  expect([await isLive(first), await isLive(last)]).toEqual([false, true])
  proxy.fate = pass
  proxy.passed.length = 0
  const { status, json } = await revoke()
  expect([status, json['count'], await isLive(last)]).toEqual([200, 1, false])
  expect(queries()).toBe(CLIENTS - 20 + 2)
})

test('a revocation by subject begins again a minute later, and after one that has ended', async () => {
  slow('Query', 1)
  expect((await revoke()).status).toBe(503)
  proxy.fate = pass
  const missed = await make(clients[0])
  runtime.clock.now = addSeconds(runtime.clock.now, 60)
  expect((await revoke()).json['count']).toBe(1)
  expect(await isLive(missed)).toBe(false)
  const again = await make(clients[0])
  expect((await revoke()).json['count']).toBe(1)
  expect(await isLive(again)).toBe(false)
})

test('a client with very many tokens of one subject takes several calls', async () => {
  const tokens = await Promise.all(Array.from({ length: 51 }, () => make(clients[0], 'bob')))
  slow('BatchGetItem', 8)
  const unfinished = await walk.call('/auth/token/revoke', {
    subject: 'bob',
    clientIdentifier: clients[0]?.id,
  })
  expect(failure(unfinished)).toBe('503 A135191')
  proxy.fate = pass
  expect((await revoke({ subject: 'bob' })).json['count']).toBe(1)
  for (const token of tokens.slice(0, 3)) expect(await isLive(token)).toBe(false)
})
