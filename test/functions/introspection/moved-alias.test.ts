import { expect, test } from 'vitest'
import { tokensOf } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, UNBOUND } from '../../support/walk.ts'

const walk = await testWalk({ ...UNBOUND, clientIdAliasEnabled: true })
const update = (id: string, settings: object) =>
  walk.call(`/client/update/${id}`, {
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'CLIENT_SECRET_BASIC',
    ...settings,
  })

test('a token never names another client that has its alias by now', async () => {
  const alias = 'payments'
  const one = await walk.addClient(BASIC, { clientIdAlias: alias, clientIdAliasEnabled: true })
  const two = await walk.addClient(BASIC)
  const { access } = tokensOf(await walk.credentials({ ...one, id: alias }))
  expect(await walk.standard(access)).toMatchObject({ active: true, client_id: alias })
  expect((await update(one.id, {})).status).toBe(200)
  expect((await update(two.id, { clientIdAlias: alias })).status).toBe(200)
  expect(await walk.standard(access)).toMatchObject({ active: true, client_id: one.id })
  const { json } = await walk.introspect(access)
  expect(json).toMatchObject({ clientId: one.number, clientIdAliasUsed: false })
})
