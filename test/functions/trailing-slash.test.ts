import { expect, test } from 'vitest'
import type { Route } from '../../shared/lambda/route.ts'
import { FORMATS, ROUTES, toTargets } from '../support/gateway.ts'
import { putOwner } from '../support/management.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BASIC } from '../support/walk.ts'

const walk = await testWalk()
await putOwner(walk.runtime)
const client = await walk.addClient(BASIC)
const lastLine = () => walk.runtime.logged().at(-1)

const MANAGED = Object.keys(ROUTES).filter(
  (template) =>
    /^\/api(\/\{serviceId\})?\/(service|client)\//.test(template) && !/\+\}$|\}\/\{/.test(template),
)
const pathOf = (template: string) =>
  template
    .replaceAll('{serviceId}', walk.serviceId)
    .replaceAll('{apiKey}', walk.serviceId)
    .replaceAll('{clientId}', client.id)
    .replaceAll('{subject}', 'alice')

test.each(MANAGED)('%s answers with a slash at its end', async (template) => {
  const path = `${pathOf(template)}/`
  const { endpoint, methods } = ROUTES[template] as Route
  for (const method of methods) {
    // Without credentials, each is refused by its own name.
    const { status, json } = await walk.api(method, path, undefined, {})
    expect([status, json['resultCode']]).toEqual([401, 'A001202'])
    expect(lastLine()).toMatchObject({ endpoint, reason: 'credentials-missing' })
  }
  const other = await walk.api('PATCH', path, undefined, {})
  expect([other.status, other.headers['allow']]).toEqual([405, methods.join(', ')])
})

test.each([
  '/client/get/list',
  `/client/get/${client.id}`,
  '/client/authorization/get/list/alice',
  '/service/get',
  '/service/configuration',
])('%s/ reads the same as without the slash, in events of both formats', async (path) => {
  const authorization = `Bearer ${walk.secrets.manage}`
  const call = toTargets(walk.send)
  const target = `/api/${walk.serviceId}${path}`
  const wanted = await call('GET', target, undefined, { authorization })
  expect(wanted.status).toBe(200)
  for (const format of FORMATS) {
    const { status, text } = await call('GET', `${target}/?start=0`, undefined, { authorization }, format)
    expect([status, text]).toEqual([200, wanted.text])
  }
})

test.each(['authorization/delete', 'granted_scopes/delete', 'granted_scopes/get'])(
  'a client ID with a slash is not taken for a client and a subject in /client/%s/{clientId}/',
  async (api) => {
    const path = `/client/${api}/${client.id}%2Falice`
    // Without the slash at its end API Gateway knows the border.
    expect((await walk.v3('POST', path, { subject: 'bob' })).json['resultCode']).toBe('A001218')
    const { status, json } = await walk.v3('POST', `${path}/`, { subject: 'bob' })
    expect([status, json['resultCode']]).toEqual([404, 'A001295'])
  },
)

test('a call with a body and a smaller role are judged as without the slash', async () => {
  const lock = `/client/lock_flag/update/${client.id}/`
  expect((await walk.v2('POST', lock, { clientLocked: false })).status).toBe(200)
  const smaller = await walk.v3('POST', lock, {}, { authorization: `Bearer ${walk.secrets.runtime}` })
  expect([smaller.status, smaller.json['resultCode']]).toEqual([403, 'A001291'])
})

test.each([
  '/client/get/list//',
  '/client//get/list/',
  '/client/authorization/',
  '/service/',
  '/auth/token/create/',
  '/lifecycle/healthcheck/',
])('%s is 404: only one slash at the end of a management path is taken', async (path) => {
  const { status, json } = await walk.v2('GET', path)
  expect([status, json['resultCode']]).toEqual([404, 'A001295'])
})
