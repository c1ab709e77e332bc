import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb'
import { expect, test } from 'vitest'
import { LOCAL_DYNAMODB } from '../../../infra/tables/tables.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { cut } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { STAGES } from './grant-steps.ts'
import { sampleClientTokens, sampleGrant, SERVICE, NO_PROOF } from './sample-grant.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

export async function listingGrants(engine: Engine) {
  let client = 5000
  const tested = await storeUnderTest(engine)
  const grants = tested.runtime.store.grants

  const newClient = () => (client += 1)

  async function add(of: number, subject?: string): Promise<Tokens> {
    const sample = { ...sampleClientTokens(), client: of }
    const tokens: Tokens = {
      ...sample,
      terms: { ...sample.terms, subject },
      grantType: subject === undefined ? 'CLIENT_CREDENTIALS' : 'AUTHORIZATION_CODE',
    }
    await grants.createWithoutProof(tokens)
    return tokens
  }

  const idsOf = (found: readonly { readonly grantId: string }[]) => found.map(({ grantId }) => grantId).sort()

  test('the list has the grants of a client, or of one of its subjects', async () => {
    const [one, other] = [newClient(), newClient()]
    const [alice, second, bob, own] = [
      await add(one, 'alice'),
      await add(one, 'alice'),
      await add(one, 'bob'),
      await add(one),
    ]
    await add(other, 'alice')
    expect(idsOf(await grants.list(SERVICE, one))).toEqual(idsOf([alice, second, bob, own]))
    expect(idsOf(await grants.list(SERVICE, one, 'alice'))).toEqual(idsOf([alice, second]))
    expect(await grants.list(SERVICE, one, 'carol')).toEqual([])
    expect(await grants.list(SERVICE + 1, one)).toEqual([])
  })

  test('the list of a client has one order over all its partitions: subject, then id', async () => {
    const of = newClient()
    const added: Tokens[] = []
    for (let i = 0; i < 40; i++) added.push(await add(of, i % 3 === 0 ? undefined : `user-${i % 13}`))
    const keyOf = ({ terms: { subject = '' }, grantId }: Tokens) => `${subject} ${grantId}`
    const sorted = added.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    expect((await grants.list(SERVICE, of)).map(({ grantId }) => grantId)).toEqual(
      sorted.map(({ grantId }) => grantId),
    )
  })

  test('a subject that looks like the mark of a client itself is a subject', async () => {
    const of = newClient()
    const [dash, own] = [await add(of, '-'), await add(of)]
    expect(idsOf(await grants.list(SERVICE, of, '-'))).toEqual([dash.grantId])
    expect(idsOf(await grants.list(SERVICE, of))).toEqual(idsOf([dash, own]))
  })

  test('the index has neither tickets, codes nor states of clients, and of tokens only their keys', async () => {
    const sample = sampleGrant()
    await STAGES.CODE(grants, sample)
    await tested.runtime.store.clients.create(SERVICE, { clientId: sample.key.client }, START)
    expect(await grants.list(SERVICE, sample.key.client)).toEqual([])
    await grants.redeem(sample.code, sample.tokens, NO_PROOF)
    const raw = new DynamoDBClient({ ...LOCAL_DYNAMODB, endpoint: engine.endpoint })
    const { Items = [] } = await raw.send(
      new ScanCommand({ TableName: tested.runtime.settings.grantsTable, IndexName: 'listing' }),
    )
    raw.destroy()
    const listed = Items.filter(({ id }) => id?.S?.startsWith(`${SERVICE}.${sample.key.client}.`))
    expect(listed.map((item) => Object.keys(item).sort())).toEqual([['held', 'holder', 'id']])
  })

  test('listed grants are read again, with the state of their client, in one consistent batch', async () => {
    const of = newClient()
    await tested.runtime.store.clients.create(SERVICE, { clientId: of, locked: true }, START)
    const tokens = await add(of, 'alice')
    const keys = await grants.list(SERVICE, of)
    tested.proxy.passed.length = 0
    expect(await grants.findTokens(keys)).toEqual([
      { grant: tokens, client: { locked: true, notBefore: START } },
    ])
    expect(tested.proxy.passed.map(({ operation }) => operation)).toEqual(['BatchGetItem'])
    expect(JSON.stringify(tested.proxy.passed)).toContain('"ConsistentRead":true')
  })

  test('a listed grant that is gone by the time it is read is left out', async () => {
    const of = newClient()
    const [stays, goes] = [await add(of, 'alice'), await add(of, 'alice')]
    const keys = await grants.list(SERVICE, of)
    expect(keys).toHaveLength(2)
    // Not while the list is read: its partitions are read at once, and some of them perhaps behind the revocation.
    await tested.rival.store.grants.revoke(goes)
    expect((await grants.findTokens(keys)).map(({ grant }) => grant)).toEqual([stays])
    expect(await grantItem(tested, goes)).toBeUndefined()
  })

  test('more grants than fit into one batch are read, each once, in the order asked', async () => {
    const of = newClient()
    for (let i = 0; i < 120; i++) await add(of, `user-${i}`)
    const keys = await grants.list(SERVICE, of)
    expect(keys).toHaveLength(120)
    const found = await grants.findTokens(keys)
    expect(found.map(({ grant }) => grant.grantId)).toEqual(keys.map(({ grantId }) => grantId))
  })

  test('a list is unavailable with the store', async () => {
    tested.proxy.fate = cut
    await expect(grants.list(SERVICE, client)).rejects.toThrow('unavailable')
    await expect(grants.findTokens([sampleClientTokens()])).rejects.toThrow('unavailable')
  })
}
