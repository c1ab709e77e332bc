import { afterAll, expect, test } from 'vitest'
import { outcome } from '../support/answers.ts'
import { pass, type Passing } from '../support/cutting-proxy.ts'
import { START } from '../support/fixed-runtime.ts'
import { startOtherProcess } from '../support/other-process.ts'
import { openWorld } from './world.ts'

const world = await openWorld()
const { walk, proxy } = world
const { settings } = world.failing
const child = startOtherProcess({ ...settings, serviceId: walk.number }, proxy.endpoint)
let isKilled = false
afterAll(() => (isKilled ? undefined : child.kill()))

const CREATE = {
  route: '/api/{serviceId}/client/create',
  pathParameters: { serviceId: walk.serviceId },
  headers: { authorization: `Bearer ${walk.secrets.manage}`, 'content-type': 'application/json' },
  body: JSON.stringify({ clientIdAlias: 'payments' }),
}

const isOfAlias = ({ body }: Passing) =>
  body['TableName'] === settings.registryTable &&
  JSON.stringify(body['Item'] ?? {}).includes(`alias#${walk.serviceId}`)

test('a process that is killed between the writes of a new client leaves a name that is free after a minute', async () => {
  proxy.fate = async (passing, forward) => {
    const reply = await forward()
    if (isOfAlias(passing)) {
      isKilled = true
      await child.kill()
    }
    return reply
  }
  await expect(child.send(CREATE, START)).rejects.toThrow('ended')
  proxy.fate = pass
  expect(isKilled).toBe(true)
  expect((await walk.v3('GET', '/client/get/list')).json['totalCount']).toBe(0)

  expect(outcome(await walk.send(CREATE))).toBe('400 A123603')
  world.pass(59)
  expect(outcome(await walk.send(CREATE))).toBe('400 A123603')
  world.pass(1)
  const { clientId } = (await walk.send(CREATE)).json
  expect((await walk.v3('GET', '/client/get/payments')).json['clientId']).toBe(clientId)
})
