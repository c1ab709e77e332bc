import { expect, test } from 'vitest'
import type { Route } from '../../shared/lambda/route.ts'
import { ROUTES, type Sent } from '../support/gateway.ts'
import { bearer, ORGANIZATION, OWNER_KEY, putOwner } from '../support/management.ts'
import { testWalk } from '../support/test-runtime.ts'
import { BASIC } from '../support/walk.ts'

/** The routes of one service that take the organization's token, below `/api/{serviceId}`. */
const IN_A_SERVICE = [
  '/client/authorization/delete/{clientId}',
  '/client/authorization/delete/{clientId}/{subject}',
  '/client/authorization/get/list',
  '/client/authorization/get/list/{subject}',
  '/client/authorization/update/{clientId}',
  '/client/certificate/explain',
  '/client/certificates/delete/{clientId}',
  '/client/certificates/get/list/{clientId}',
  '/client/create',
  '/client/delete/{clientId}',
  '/client/extension/requestable_scopes/delete/{clientId}',
  '/client/extension/requestable_scopes/get/{clientId}',
  '/client/extension/requestable_scopes/update/{clientId}',
  '/client/get/list',
  '/client/get/{clientId}',
  '/client/granted_scopes/delete/{clientId}',
  '/client/granted_scopes/delete/{clientId}/{subject}',
  '/client/granted_scopes/get/{clientId}',
  '/client/granted_scopes/get/{clientId}/{subject}',
  '/client/lock_flag/update/{clientId}',
  '/client/secret/refresh/{clientId}',
  '/client/secret/update/{clientId}',
  '/client/update/{clientId}',
  '/service/configuration',
  '/service/delete',
  '/service/get',
  '/service/jwks/get',
  '/service/update',
].map((path) => `/api/{serviceId}${path}`)

/** The routes about services as a whole, which are its own (v2 and v3). */
const ABOUT_SERVICES = [
  ...['/api/service/create', '/api/service/get/list', '/api/service/get/{apiKey}'],
  ...['/api/service/update/{apiKey}', '/api/service/delete/{apiKey}'],
]

const walk = await testWalk()
const { runtime } = walk
await putOwner(runtime)
const client = await walk.addClient(BASIC)
const before = await runtime.tables.everything()

/** Without the routes of all other paths, which take no method. */
const TEMPLATES = Object.keys(ROUTES).filter((template) => ROUTES[template]?.methods.length !== 0)
const inService = TEMPLATES.filter((template) => /^\/api\/\{serviceId\}\/(service|client)\//.test(template))
const routeOf = (template: string) => ROUTES[template] as Route

test('the routes of one service that take the token of the organization are those below its /service/ and /client/', () => {
  expect(inService.toSorted()).toEqual(IN_A_SERVICE.toSorted())
  const declared = TEMPLATES.filter((template) => routeOf(template).organization === true)
  const ofServices = declared.filter((template) => template.startsWith('/api/{serviceId}/'))
  expect(ofServices.toSorted()).toEqual(IN_A_SERVICE.toSorted())
})

/** A call with the organization's token. Without members and a body, most of the calls are refused for their shape. */
function sent(template: string, method: string, serviceId = walk.serviceId): Sent {
  const all = { serviceId, apiKey: serviceId, clientId: client.id, subject: 'alice', proxy: 'x' }
  const used = Object.entries(all).filter(([name]) => template.includes(`{${name}`))
  const type = routeOf(template).face === 'oauth' ? 'application/x-www-form-urlencoded' : 'application/json'
  const body = type === 'application/json' ? '{}' : 'grant_type=client_credentials&token=x'
  return {
    route: template,
    method,
    pathParameters: Object.fromEntries(used),
    headers: { ...bearer(ORGANIZATION), 'content-type': type },
    ...(method === 'POST' ? { body } : {}),
  }
}

const METHODS = TEMPLATES.flatMap((template) =>
  routeOf(template).methods.map((method) => [method, template] as const),
)
const isTaken = (template: string) => [...IN_A_SERVICE, ...ABOUT_SERVICES].includes(template)
// The deletion comes last.
const TAKEN = METHODS.filter(([, template]) => isTaken(template)).toSorted(
  ([, a], [, b]) => Number(a.includes('/service/delete')) - Number(b.includes('/service/delete')),
)
const REFUSED = METHODS.filter(
  ([, template]) => !isTaken(template) && routeOf(template).access !== 'everyone',
)

test.each(REFUSED)('%s %s refuses the token of the organization', async (method, template) => {
  const { status, json } = await walk.send(sent(template, method))
  expect([400, 401]).toContain(status)
  const isOAuth = routeOf(template).face === 'oauth'
  if (!isOAuth)
    expect([status, json['resultCode']]).toEqual([
      401,
      template.includes('{serviceId}') ? 'A458101' : 'A001203',
    ])
  expect(runtime.logged().at(-1)).not.toHaveProperty('credential')
})

test('the calls that the token of the organization may not make have changed nothing', async () => {
  expect(await runtime.tables.everything()).toEqual(before)
})

test('a service that does not exist is 404 for the token of the organization, and 401 for any other', async () => {
  const [template] = IN_A_SERVICE.filter((path) => path.endsWith('/client/create'))
  const call = sent(String(template), 'POST', '4711')
  const answer = await walk.send(call)
  expect([answer.status, answer.json['resultCode']]).toEqual([404, 'A037201'])
  const other = await walk.send({ ...call, headers: { ...call.headers, ...bearer('x') } })
  expect([other.status, other.json['resultCode']]).toEqual([401, 'A458101'])
})

test('the key of the owner, in Basic, is refused inside a service', async () => {
  const call = sent('/api/{serviceId}/client/get/list', 'GET')
  const basic = `Basic ${Buffer.from(`5525112351:${'o'.repeat(43)}`).toString('base64')}`
  expect((await walk.send({ ...call, headers: { authorization: basic } })).status).toBe(401)
})

test.each(TAKEN)(
  '%s %s takes the token of the organization, and the log line names it',
  async (method, template) => {
    const { status } = await walk.send(sent(template, method))
    expect([401, 403, 405]).not.toContain(status)
    expect(runtime.logged().at(-1)).toMatchObject({ credential: `organization:${OWNER_KEY}` })
  },
)
