import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { START } from '../../support/fixed-runtime.ts'
import { STAGES } from './grant-steps.ts'
import { CLIENT, sampleClientTokens, sampleGrant, SERVICE } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

const [CALLER, STRANGER] = [4711, 4712]

export async function findingGrants(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const grants = tested.runtime.store.grants
  const { clients } = tested.runtime.store
  await clients.create(SERVICE, { clientId: CLIENT }, START)
  await clients.create(SERVICE, { clientId: CALLER, locked: true }, addSeconds(START, 7))

  test('one consistent read brings the grant and the states of its client and of the caller', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(grants, sample)
    tested.proxy.passed.length = 0
    expect(await grants.find(sample.key, CALLER)).toEqual({
      grant: sample.tokens,
      client: { locked: false, notBefore: START },
      caller: { locked: true, notBefore: START + 7 },
    })
    const ids = [`${SERVICE}.${CLIENT}.${sample.key.grantId}`, `${SERVICE}.${CLIENT}`, `${SERVICE}.${CALLER}`]
    const Keys = ids.map((S) => ({ id: { S } }))
    expect(tested.proxy.passed).toMatchObject([
      {
        operation: 'BatchGetItem',
        body: { RequestItems: { [tested.runtime.settings.grantsTable]: { Keys, ConsistentRead: true } } },
      },
    ])
  })

  test('the caller may be the client of the grant', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(grants, sample)
    const found = await grants.find(sample.key, CLIENT)
    expect(found.client).toEqual({ locked: false, notBefore: START })
    expect(found.caller).toEqual(found.client)
  })

  test('states are found without a grant, and a grant without states', async () => {
    const { key } = sampleGrant()
    expect(await grants.find(key, STRANGER)).toEqual({
      grant: undefined,
      client: { locked: false, notBefore: START },
      caller: undefined,
    })
    const orphan = { ...sampleClientTokens(), client: STRANGER }
    await grants.createWithoutProof(orphan)
    expect(await grants.find(orphan)).toEqual({ grant: orphan, client: undefined, caller: undefined })
  })

  test('nothing is found under the number of another service', async () => {
    const tokens = sampleClientTokens()
    await grants.createWithoutProof(tokens)
    const found = await grants.find({ ...tokens, service: SERVICE + 1 }, CALLER)
    expect(found).toEqual({ grant: undefined, client: undefined, caller: undefined })
  })
}
