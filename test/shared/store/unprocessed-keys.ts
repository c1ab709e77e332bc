import { expect, test } from 'vitest'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { outcome } from '../../support/answers.ts'
import { leaveUnprocessed } from '../../support/leave-unprocessed.ts'
import { START } from '../../support/fixed-runtime.ts'
import { BASIC, openWalk, UNBOUND } from '../../support/walk.ts'
import { CLIENT, sampleClientTokens, SERVICE } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

interface Batch {
  readonly Keys: readonly { readonly id: { readonly S: string } }[]
}

const isState = (id: string) => id.split('.').length === 2

export async function unprocessedKeys(engine: Engine) {
  const tested = await storeUnderTest(engine)
  await tested.runtime.store.clients.create(SERVICE, { clientId: CLIENT, locked: true }, START)

  const asked = () =>
    tested.proxy.passed.map(({ body }) => {
      const [batch] = Object.values(
        body['RequestItems'] as Record<string, Batch & { ConsistentRead: boolean }>,
      )
      return { ids: batch?.Keys.map(({ id }) => id.S), consistent: batch?.ConsistentRead }
    })

  test('only unprocessed keys are asked for again, and as consistently', async () => {
    const { grants } = tested.runtime.store
    const tokens = sampleClientTokens()
    await grants.createWithoutProof(tokens)
    tested.proxy.passed.length = 0
    tested.proxy.fate = leaveUnprocessed((id, attempt) => !isState(id) || attempt === 3)
    expect(await grants.find(tokens)).toEqual({
      grant: tokens,
      client: { locked: true, notBefore: START },
      caller: undefined,
    })
    const [grant, state] = [`${SERVICE}.${CLIENT}.${tokens.grantId}`, `${SERVICE}.${CLIENT}`]
    expect(asked()).toEqual([
      { ids: [grant, state], consistent: true },
      { ids: [state], consistent: true },
      { ids: [state], consistent: true },
    ])
  })

  test.each([
    ['grant', (id: string) => isState(id)],
    ['state', (id: string) => !isState(id)],
    ['batch', () => false],
  ])('the store is unavailable when the %s is never processed', async (_, processed) => {
    const { grants } = tested.runtime.store
    const tokens = sampleClientTokens()
    await grants.createWithoutProof(tokens)
    tested.proxy.passed.length = 0
    tested.proxy.fate = leaveUnprocessed(processed)
    await expect(grants.find(tokens)).rejects.toBeInstanceOf(StoreUnavailable)
    expect(tested.proxy.passed).toHaveLength(4)
  })

  test("an unprocessed key never lets a locked client's token pass: 503", async () => {
    const walk = await openWalk(tested.runtime, UNBOUND)
    const client = await walk.addClient(BASIC)
    const { access } = await walk.granted(client)
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    const record = await tested.runtime.store.registry.findClientByNumber(walk.number, client.number)
    expect(record && (await tested.runtime.store.clients.setLocked(walk.number, record, true))).toBeDefined()
    tested.proxy.fate = leaveUnprocessed((id) => !isState(id))
    expect(outcome(await walk.introspect(access))).toBe('503 A001191')
  })
}
