import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { readDeployment } from '../../../../infra/aws/settings/read-deployment.ts'
import { findPresent, type NewSecrets, provision } from '../../../../infra/aws/provisioning/provision.ts'
import { addSeconds } from '../../../../shared/epoch-seconds.ts'
import { fixedRuntime, START } from '../../../support/fixed-runtime.ts'
import { gateway, type Send, webApi } from '../../../support/gateway.ts'
import { basic } from '../../../support/management.ts'
import { form, OWN } from '../../../support/walk.ts'
import { SERVICE } from './provisioning.ts'

const CACHE_SECONDS = 10

/** The example, with a client that authenticates with a secret. */
async function exampleSettings() {
  const example = await readDeployment(join(import.meta.dirname, '../../../../certbound.example.jsonc'))
  const method = 'CLIENT_SECRET_BASIC'
  const service = { ...example.service, supportedTokenAuthMethods: [method] }
  const grantTypes = ['CLIENT_CREDENTIALS']
  const payments = {
    clientIdAlias: 'payments',
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: method,
    grantTypes,
  }
  return { ...example, service, clients: [payments], registryCacheSeconds: CACHE_SECONDS }
}

const settings = await exampleSettings()

interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

let runtime: Awaited<ReturnType<typeof fixedRuntime>>
let send: Send
beforeEach(async () => {
  runtime = await fixedRuntime({ serviceId: SERVICE, registryCacheSeconds: 0 })
  send = gateway(runtime)
  return runtime.close
})

async function provisioned() {
  const shown: NewSecrets[] = []
  await provision(settings, await findPresent(settings, runtime), runtime, (secrets) => shown.push(secrets))
  const { service, client, owner }: NewSecrets = Object.assign({}, ...shown) as NewSecrets
  const [manage] = service?.credentials ?? []
  const payments = { clientId: String(client?.clientId), clientSecret: String(client?.clientSecret) }
  return { payments, owner, api: webApi(send, String(SERVICE), String(manage?.secret)) }
}

const type = { 'content-type': 'application/x-www-form-urlencoded' }
const tokenOf = ({ clientId, clientSecret }: Credentials) =>
  send({
    route: '/token',
    headers: { ...type, ...basic(clientId, clientSecret) },
    body: form({ grant_type: 'client_credentials' }),
    certificate: OWN,
  })
const introspected = async (token: unknown) =>
  (await send({ route: '/introspection', headers: type, body: form({ token }), certificate: OWN })).status

async function rogueClient({ api }: Awaited<ReturnType<typeof provisioned>>): Promise<Credentials> {
  const { json } = await api.call('/client/create', {
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'CLIENT_SECRET_BASIC',
    grantTypes: ['CLIENT_CREDENTIALS'],
  })
  return { clientId: String(json['clientId']), clientSecret: String(json['clientSecret']) }
}

test('the first tokens of the first service with a number are valid', async () => {
  const { payments } = await provisioned()
  expect(await introspected((await tokenOf(payments)).json['access_token'])).toBe(200)
  expect((await runtime.store.registry.findCurrentService(SERVICE))?.tokensNotBefore).toBeUndefined()
})

test('a deleted service that is created again does not have its earlier clients, secrets and tokens', async () => {
  const first = await provisioned()
  const rogue = await rogueClient(first)
  const token = (await tokenOf(first.payments)).json['access_token']
  expect([await introspected(token), (await tokenOf(rogue)).status]).toEqual([200, 200])
  expect((await first.api.v3('DELETE', '/service/delete')).status).toBe(204)
  expect(await introspected(token)).toBe(503)

  runtime.clock.now = addSeconds(START, 60)
  const { payments, api } = await provisioned()
  expect(await introspected(token)).toBe(401)
  expect((await tokenOf(first.payments)).status).toBe(401)
  expect((await tokenOf(rogue)).status).toBe(401)
  expect((await first.api.v3('GET', '/client/get/list')).status).toBe(401)
  expect((await api.v3('GET', '/client/get/list')).json).toMatchObject({ totalCount: 1 })

  const cutOff = addSeconds(START, 60 + CACHE_SECONDS + 1)
  expect((await runtime.store.registry.findCurrentService(SERVICE))?.tokensNotBefore).toBe(cutOff)
  expect(await introspected((await tokenOf(payments)).json['access_token'])).toBe(401)
  runtime.clock.now = cutOff
  expect(await introspected((await tokenOf(payments)).json['access_token'])).toBe(200)
})

test('provision refuses a service number that still has clients, and names the call that removes them', async () => {
  const first = await provisioned()
  await first.api.v3('DELETE', '/service/delete')
  await runtime.store.registry.putClient(SERVICE, { clientId: 4711 })
  runtime.clock.now = addSeconds(START, 60)
  const call = `DELETE /api/service/delete/${String(SERVICE)}`
  await expect(provisioned()).rejects.toThrow(`call ${call} as the owner until it answers 204`)
  const owner = basic(String(first.owner?.serviceOwnerApiKey), String(first.owner?.serviceOwnerApiSecret))
  const target = `/api/service/delete/${String(SERVICE)}`
  expect((await first.api.api('DELETE', target, undefined, owner)).status).toBe(204)
  await provisioned()
  expect(await runtime.store.registry.listClients(SERVICE)).toHaveLength(1)
})

test('provision requires to wait until no function can have the deleted service in its cache', async () => {
  const { api } = await provisioned()
  await api.v3('DELETE', '/service/delete')
  runtime.clock.now = addSeconds(START, CACHE_SECONDS)
  await expect(provisioned()).rejects.toThrow('provision again in 11 seconds')
  runtime.clock.now = addSeconds(START, CACHE_SECONDS + 1)
  await provisioned()
})

test('with a cache time of an hour a service can still be created again', async () => {
  const longest = { ...settings, registryCacheSeconds: 3600 }
  const { api } = await provisioned()
  await api.v3('DELETE', '/service/delete')
  runtime.clock.now = addSeconds(START, 3601)
  await provision(longest, await findPresent(longest, runtime), runtime, () => undefined)
  const cutOff = addSeconds(START, 2 * 3601)
  expect((await runtime.store.registry.findCurrentService(SERVICE))?.tokensNotBefore).toBe(cutOff)
})
