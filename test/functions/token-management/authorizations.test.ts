import { beforeEach, expect, test } from 'vitest'
import { decodeJwt } from 'jose'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { benches, type Bench } from '../../support/result-codes.ts'
import { BASIC, PUBLIC, type TestClient } from '../../support/walk.ts'

const { open } = await benches()
let bench: Bench
let other: TestClient
beforeEach(async () => {
  bench = await open()
  other = await bench.addClient(PUBLIC, { clientName: 'Shop', carried: { developer: 'dora' } })
})

const LIST = '/client/authorization/get/list'

async function make(client: TestClient, subject: string, scopes: string[] = ['read']) {
  const grantType = 'AUTHORIZATION_CODE'
  const members = { grantType, clientId: client.number, subject, scopes }
  const { json } = await bench.call('/auth/token/create', members)
  return {
    access: String(json['jwtAccessToken'] ?? json['accessToken']),
    refresh: String(json['refreshToken']),
  }
}
const isLive = async (token: string) => (await bench.standard(token))['active']
const clientsIn = ({ json }: { json: Record<string, unknown> }) =>
  (json['clients'] as { clientId: number }[]).map(({ clientId }) => clientId)

test('the clients of an end-user are those that hold tokens of it, each once, without secrets', async () => {
  await make(bench.client, 'bob')
  for (const client of [other, other, bench.client]) await make(client, 'alice')
  await bench.credentials(await bench.addClient(BASIC))
  const { status, json } = await bench.v3('GET', `${LIST}?subject=alice`)
  expect(status).toBe(200)
  expect(json).toMatchObject({ start: 0, end: 5, totalCount: 2, subject: 'alice' })
  const clients = json['clients'] as Record<string, unknown>[]
  expect(clients.map(({ clientId }) => clientId)).toEqual([bench.client.number, other.number].toSorted())
  expect(clients.find(({ clientId }) => clientId === other.number)).toEqual({
    clientId: other.number,
    clientIdAliasEnabled: false,
    clientName: 'Shop',
    clientType: 'PUBLIC',
  })
})

test('the clients of an end-user are listed by every form of the call', async () => {
  await make(other, 'alice/1')
  const named = encodeURIComponent('alice/1')
  const calls = [
    await bench.v3('GET', `${LIST}/${named}?subject=${named}`),
    await bench.v3('GET', `${LIST}/${named}`),
    await bench.v2('GET', `${LIST}?subject=${named}`),
    await bench.v2('POST', LIST, { subject: 'alice/1', developer: null, start: 0, end: 0 }),
    await bench.callByForm(LIST, { subject: 'alice/1', start: 0, end: 5 }),
  ]
  for (const call of calls) expect(clientsIn(call)).toEqual([other.number])
})

test('the clients of an end-user are filtered by developer and by range', async () => {
  await make(bench.client, 'alice')
  await make(other, 'alice')
  expect(clientsIn(await bench.v3('GET', `${LIST}?subject=alice&developer=dora`))).toEqual([other.number])
  expect(clientsIn(await bench.v3('GET', `${LIST}?subject=alice&developer=nobody`))).toEqual([])
  const second = await bench.v3('GET', `${LIST}?subject=alice&start=1&end=2`)
  expect(second.json).toMatchObject({ start: 1, end: 2, totalCount: 2 })
  expect(clientsIn(second)).toHaveLength(1)
})

test('an end-user has no clients once the tokens have ended', async () => {
  await make(other, 'alice')
  bench.runtime.clock.now = addSeconds(START, 864_000)
  expect(clientsIn(await bench.v3('GET', `${LIST}?subject=alice`))).toEqual([])
})

test.each(['start=x', 'start=-1', 'end=x', 'end=1001'])(
  'a list with the range %s is refused',
  async (query) => {
    expect((await bench.v3('GET', `${LIST}?subject=alice&${query}`)).status).toBe(400)
  },
)

test('ending what a client holds of an end-user spares other clients and other subjects', async () => {
  const ended = [await make(other, 'alice'), await make(other, 'alice')]
  const spared = [await make(other, 'bob'), await make(bench.client, 'alice')]
  const { status, json } = await bench.v3(
    'DELETE',
    `/client/authorization/delete/${other.id}/alice?subject=alice`,
  )
  expect([status, json]).toEqual([
    200,
    {
      resultCode: 'A137001',
      resultMessage: `[A137001] Deleted 2 access token(s) issued to the client (ID = ${other.id}) of the service (API Key = ${bench.serviceId}).`,
    },
  ])
  for (const { access, refresh } of ended) {
    expect([await isLive(access), await isLive(refresh)]).toEqual([false, false])
  }
  for (const { access } of spared) expect(await isLive(access)).toBe(true)
})

test('ending what a client holds works by v2 and by alias, and not for a client of another service', async () => {
  const aliased = await bench.addClient(BASIC, { clientIdAlias: 'an-alias' })
  const { access } = await make(aliased, 'alice')
  const elsewhere = await open()
  const path = `/client/authorization/delete/${aliased.id}?subject=alice`
  expect((await elsewhere.v2('DELETE', path)).status).toBe(404)
  expect(await isLive(access)).toBe(true)
  const { status } = await bench.v2('DELETE', '/client/authorization/delete/an-alias?subject=alice')
  expect([status, await isLive(access)]).toEqual([200, false])
})

test('ending what a client holds works by POST, in JSON and in a form, and spares other subjects', async () => {
  const tokens = [await make(other, 'alice'), await make(other, '7'), await make(other, 'bob')]
  const path = `/client/authorization/delete/${other.id}`
  const answers = [
    await bench.v2('POST', path, { subject: 'alice', subjects: null }),
    await bench.callByForm(path, { subject: '7' }),
  ]
  for (const { status, json } of answers) expect([status, json['resultCode']]).toEqual([200, 'A137001'])
  expect(await Promise.all(tokens.map(({ access }) => isLive(access)))).toEqual([false, false, true])
})

test.each([
  ['GET', LIST],
  ['POST', LIST],
  ['DELETE', '/client/authorization/delete/4711'],
  ['POST', '/client/authorization/delete/4711'],
  ['POST', '/client/authorization/update/4711'],
])('%s %s needs a subject', async (method, path) => {
  const { status, json } = await bench.v3(method, path, method === 'POST' ? {} : undefined)
  expect([status, json['resultCode']]).toEqual([400, 'A137202'])
})

test.each([
  ['GET', `${LIST}?subject=alice`],
  ['DELETE', '/client/authorization/delete/4711?subject=alice'],
  ['POST', '/client/authorization/delete/4711'],
  ['POST', '/client/authorization/update/4711'],
])('%s %s refuses credentials of a smaller role', async (method, path) => {
  const authorization = `Bearer ${bench.secrets.runtime}`
  expect((await bench.v3(method, path, undefined, { authorization })).status).toBe(403)
})

const update = (members: object) => bench.v3('POST', `/client/authorization/update/${other.id}`, members)

test('changed scopes hold for existing tokens and for their refreshes', async () => {
  const { access, refresh } = await make(other, 'alice', ['read'])
  const bobs = await make(other, 'bob', ['read'])
  const { json } = await update({ subject: 'alice', scopes: ['write', 'write', 'unknown'] })
  expect(json['resultMessage']).toMatch(/^\[A138001\] Updated 1 access token\(s\)/)
  expect(await bench.standard(access)).toMatchObject({ scope: 'write' })
  expect(await bench.standard(bobs.access)).toMatchObject({ scope: 'read' })
  expect(contentOf(await bench.refresh(other, refresh))).toMatchObject({ scope: 'write' })
})

test('a change without scopes changes nothing', async () => {
  const { access } = await make(other, 'alice', ['read'])
  expect((await update({ subject: 'alice', scopes: null })).json['resultMessage']).toMatch(/Updated 0 /)
  expect(await bench.standard(access)).toMatchObject({ scope: 'read' })
})

test('a change of scopes leaves a JWT unchanged, and introspection answers with the new scopes', async () => {
  await bench.setService({ accessTokenSignAlg: 'ES256' })
  const { access } = await make(other, 'alice', ['read'])
  await update({ subject: 'alice', scopes: [] })
  expect(decodeJwt(access)['scope']).toBe('read')
  expect(await bench.standard(access)).toMatchObject({ active: true, scope: null })
})
