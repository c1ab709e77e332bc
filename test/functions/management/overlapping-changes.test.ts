import { expect, test } from 'vitest'
import { cut, type Fate, pass } from '../../support/cutting-proxy.ts'
import { failure } from '../../support/management.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, openWalk, OWN } from '../../support/walk.ts'
import { tokensOf } from '../../support/answers.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime)

/** The first change of a client's record waits until `other` has ended. */
const holdChange =
  (other: () => Promise<unknown>): Fate =>
  async (passing, forward) => {
    const isOfRecord = JSON.stringify(passing.body['Key'] ?? '').includes('"client#')
    if (passing.operation !== 'UpdateItem' || !isOfRecord) return forward()
    proxy.fate = pass
    await other()
    return forward()
  }

const update = (id: string, settings: object = {}) =>
  walk.call(`/client/update/${id}`, { clientType: 'CONFIDENTIAL', ...settings })
const get = async (name: string) => (await walk.v3('GET', `/client/get/${name}`)).json

test.each([true, false])(
  'if two lock flags overlap, one decides for tokens and record (%s)',
  async (last) => {
    const client = await walk.addClient(BASIC)
    const { access } = tokensOf(await walk.credentials(client, OWN))
    const lock = (clientLocked: boolean) =>
      walk.v3('POST', `/client/lock_flag/update/${client.id}`, { clientLocked })
    proxy.fate = holdChange(() => lock(last))
    expect((await lock(!last)).status).toBe(200)
    expect((await walk.standard(access))['active']).toBe(!last)
    expect((await get(client.id))['locked']).toBe(last)
  },
)

test('restrictions that are set during an update of a client are kept if the update leaves them out', async () => {
  const { id } = await walk.addClient(BASIC)
  const clientCertificateIssuers = [certificatePem('ca-issuing')]
  proxy.fate = holdChange(() => update(id, { clientCertificateIssuers }))
  expect((await update(id, { clientName: 'Renamed' })).status).toBe(200)
  expect(await get(id)).toMatchObject({ clientName: 'Renamed', clientCertificateIssuers })
})

test('an alias that goes to another client during an update is refused to the update, which then locks nothing', async () => {
  const alias = 'moved'
  const [one, two] = [await walk.addClient(BASIC, { clientIdAlias: alias }), await walk.addClient(BASIC)]
  proxy.fate = holdChange(async () => {
    expect((await update(one.id)).status).toBe(200)
    expect((await update(two.id, { clientIdAlias: alias })).status).toBe(200)
  })
  expect(failure(await update(one.id, { clientIdAlias: alias, locked: true }))).toBe('400 A030601')
  expect((await get(alias))['clientId']).toBe(two.number)
  expect(await get(one.id)).toMatchObject({ clientIdAlias: one.id, locked: false })
})

test.each([
  ['v2', '404 A029201'],
  ['v3', '404 A001212'],
] as const)(
  'an update of a client that is deleted at the same time is refused with the code of %s',
  async (version, code) => {
    const client = await walk.addClient(BASIC)
    proxy.fate = holdChange(() => walk.v3('DELETE', `/client/delete/${client.id}`))
    const settings = { clientType: 'CONFIDENTIAL', locked: true }
    expect(failure(await walk.call(`/client/update/${client.id}`, settings, { version }))).toBe(code)
  },
)

test('an update that is sent again gives the client the alias that an interrupted one has lost', async () => {
  const alias = 'lost'
  const client = await walk.addClient(BASIC, { clientIdAlias: alias })
  const again = () => update(client.id, { clientIdAlias: alias })
  proxy.fate = holdChange(async () => {
    await update(client.id)
    let changes = 0
    proxy.fate = (passing, forward) => {
      // The held change fails, because the record has changed. Its repetition is the last write that arrives.
      if (passing.operation === 'UpdateItem') changes += 1
      return changes > 0 && passing.operation !== 'UpdateItem' ? cut(passing, forward) : forward()
    }
  })
  expect((await again()).status).toBe(503)
  proxy.fate = pass
  expect((await walk.v3('GET', `/client/get/${alias}`)).status).toBe(404)
  expect((await again()).status).toBe(200)
  expect((await get(alias))['clientId']).toBe(client.number)
})
