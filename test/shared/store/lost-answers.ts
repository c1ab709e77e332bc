import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { loseFirstAnswer, loseFirstAnswers, loseFirstRequest } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { STAGES, STEPS } from './grant-steps.ts'
import { CLIENT, randomDigest, sampleClientTokens, sampleGrant, SERVICE, NO_PROOF } from './sample-grant.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

export async function lostAnswers(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const store = tested.runtime.store
  const rival = tested.rival.store

  const state = { service: SERVICE, client: CLIENT }

  async function newClient(settings: Partial<Client> = {}): Promise<Client> {
    const client = Client.parse({ clientId: CLIENT, ...settings })
    await rival.clients.remove(SERVICE, client)
    await rival.clients.create(SERVICE, client, START)
    return client
  }

  /** The engine did it, the SDK did not hear of it and sent it again. */
  function expectSentTwice(operation: string, writes = 1): void {
    const sent = tested.proxy.passed.filter((passing) => passing.operation === operation)
    expect(sent).toHaveLength(2 * writes)
    tested.proxy.passed.length = 0
  }

  describe.each(STEPS)('$name', ({ from, take, to, rival: rivalOf }) => {
    test('a step is done when only its answer was lost', async () => {
      const sample = sampleGrant()
      await STAGES[from](rival.grants, sample)
      tested.proxy.passed.length = 0
      tested.proxy.fate = loseFirstAnswers('UpdateItem')
      expect(await take(store.grants, sample)).toEqual({ done: true })
      expectSentTwice('UpdateItem')
      expect((await store.grants.find(sample.key)).grant).toEqual(to(sample))
    })

    test('a step is lost when somebody else took it before it arrived', async () => {
      const sample = sampleGrant()
      await STAGES[from](rival.grants, sample)
      const other = rivalOf(sample)
      tested.proxy.fate = loseFirstRequest('UpdateItem', () => take(rival.grants, other))
      expect(await take(store.grants, sample)).toEqual({ done: false, current: to(other) })
    })

    test('a step is lost when the grant is deleted while its answer is lost', async () => {
      const sample = sampleGrant()
      await STAGES[from](rival.grants, sample)
      const id = Object.values(sample.key).join('.')
      tested.proxy.fate = loseFirstAnswer('UpdateItem', () => tested.raw.grants.remove({ id }))
      expect(await take(store.grants, sample)).toEqual({ done: false, current: undefined })
      expect(await grantItem(tested, sample.key)).toBeUndefined()
    })
  })

  const changeScopes = (tokens: Tokens) =>
    rival.grants.change(tokens, { ...tokens, terms: { ...tokens.terms, scopes: ['changed'] } })

  test('a refresh is lost when the next one came while its answer was lost', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(rival.grants, sample)
    const { refreshed } = sample
    const next = {
      ...refreshed,
      accessDigest: randomDigest(),
      refresh: { ...refreshed.refresh, refreshDigest: randomDigest() },
    }
    tested.proxy.fate = loseFirstAnswer('UpdateItem', () => rival.grants.refresh(refreshed, next, NO_PROOF))
    const outcome = await store.grants.refresh(sample.tokens, refreshed, NO_PROOF)
    expect(outcome).toEqual({ done: false, current: next })
  })

  test('create is done when only its answer was lost', async () => {
    const tokens = sampleClientTokens()
    tested.proxy.passed.length = 0
    tested.proxy.fate = loseFirstAnswers('PutItem')
    await store.grants.createWithoutProof(tokens)
    expectSentTwice('PutItem')
    expect((await store.grants.find(tokens)).grant).toEqual(tokens)
  })

  test('a new access token is stored although its answer was lost and the grant was changed since', async () => {
    const { tokens, ...sample } = sampleGrant()
    await STAGES.TOKENS(rival.grants, { tokens, ...sample })
    const renewed = { ...tokens, accessDigest: randomDigest() }
    tested.proxy.fate = loseFirstAnswer('UpdateItem', () => changeScopes(renewed))
    expect(await store.grants.change(tokens, renewed)).toEqual({ done: true })
  })

  test('create is done although its answer was lost and the grant was changed since', async () => {
    const tokens = sampleClientTokens()
    tested.proxy.fate = loseFirstAnswer('PutItem', () => changeScopes(tokens))
    expect(await store.grants.createWithoutProof(tokens)).toEqual({ done: true })
    expect((await store.grants.find(tokens)).grant).toMatchObject({ terms: { scopes: ['changed'] } })
  })

  test('create is refused when the id was taken before it arrived', async () => {
    const tokens = sampleClientTokens()
    const taken = { ...tokens, accessDigest: randomDigest() }
    tested.proxy.fate = loseFirstRequest('PutItem', () => rival.grants.createWithoutProof(taken))
    await expect(store.grants.createWithoutProof(tokens)).rejects.toThrow('taken')
    expect((await store.grants.find(tokens)).grant).toEqual(taken)
  })

  test('end is done when only its answer was lost', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(rival.grants, sample)
    tested.proxy.passed.length = 0
    tested.proxy.fate = loseFirstAnswers('DeleteItem')
    await store.grants.end(sample.tokens, NO_PROOF)
    expectSentTwice('DeleteItem')
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('end is done when a refresh came before it arrived', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(rival.grants, sample)
    tested.proxy.fate = loseFirstRequest('DeleteItem', () =>
      rival.grants.refresh(sample.tokens, sample.refreshed, NO_PROOF),
    )
    await store.grants.end(sample.tokens, NO_PROOF)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('a cut-off is done when only its answer was lost', async () => {
    await newClient()
    tested.proxy.passed.length = 0
    tested.proxy.fate = loseFirstAnswers('UpdateItem')
    expect(await store.clients.cutOff(SERVICE, CLIENT, () => addSeconds(START, 5))).toBe(true)
    expectSentTwice('UpdateItem')
    expect(await grantItem(tested, state)).toMatchObject({ locked: false, notBefore: START + 6 })
  })

  test.each([
    { when: 'earlier', other: 3, notBefore: START + 6 },
    { when: 'later', other: 9, notBefore: START + 10 },
  ])('if a $when cut-off overtakes another one, the later of the two stays', async ({ other, notBefore }) => {
    await newClient()
    tested.proxy.fate = loseFirstRequest('UpdateItem', () =>
      rival.clients.cutOff(SERVICE, CLIENT, () => addSeconds(START, other)),
    )
    expect(await store.clients.cutOff(SERVICE, CLIENT, () => addSeconds(START, 5))).toBe(true)
    expect(await grantItem(tested, state)).toMatchObject({ notBefore })
  })

  test('a cut-off is done when a lock came while its answer was lost, and both hold', async () => {
    const client = await newClient()
    tested.proxy.fate = loseFirstAnswer('UpdateItem', () => rival.clients.setLocked(SERVICE, client, true))
    expect(await store.clients.cutOff(SERVICE, CLIENT, () => addSeconds(START, 5))).toBe(true)
    expect(await grantItem(tested, state)).toMatchObject({ locked: true, notBefore: START + 6 })
  })

  test('a cut-off is not done when the client is deleted while its answer is lost', async () => {
    const client = await newClient()
    tested.proxy.fate = loseFirstAnswer('UpdateItem', () => rival.clients.remove(SERVICE, client))
    expect(await store.clients.cutOff(SERVICE, CLIENT, () => addSeconds(START, 5))).toBe(false)
    expect(await grantItem(tested, state)).toBeUndefined()
  })

  test('a lock is done when only its answer was lost', async () => {
    const client = await newClient()
    tested.proxy.passed.length = 0
    tested.proxy.fate = loseFirstAnswers('UpdateItem')
    expect(await store.clients.setLocked(SERVICE, client, true)).toMatchObject({ locked: true })
    expectSentTwice('UpdateItem', 2)
    expect(await grantItem(tested, state)).toMatchObject({ locked: true, notBefore: START })
  })

  test('a lock is not done when the client is deleted while its answer is lost', async () => {
    const client = await newClient()
    tested.proxy.fate = loseFirstAnswer('UpdateItem', () => rival.clients.remove(SERVICE, client))
    expect(await store.clients.setLocked(SERVICE, client, true)).toBeUndefined()
    expect(await grantItem(tested, state)).toBeUndefined()
  })

  test('a client is created and deleted although every first answer is lost', async () => {
    const client = await newClient()
    await rival.clients.remove(SERVICE, client)
    const named = { ...client, clientIdAlias: 'my-client' }
    tested.proxy.passed.length = 0
    tested.proxy.fate = loseFirstAnswers('PutItem')
    expect(await store.clients.create(SERVICE, named, START)).toBe(true)
    expectSentTwice('PutItem', 3)
    expect(await rival.registry.findClient(SERVICE, 'my-client')).toMatchObject({ clientId: CLIENT })

    tested.proxy.fate = loseFirstAnswers('DeleteItem')
    await store.clients.remove(SERVICE, named)
    expectSentTwice('DeleteItem', 3)
    expect(await grantItem(tested, state)).toBeUndefined()
    expect(await store.registry.findClient(SERVICE, 'my-client')).toBeUndefined()
    expect(await store.registry.findClientByNumber(SERVICE, CLIENT)).toBeUndefined()
  })

  test('a client is refused whose number was taken before it arrived', async () => {
    const client = await newClient()
    await rival.clients.remove(SERVICE, client)
    tested.proxy.fate = loseFirstRequest('PutItem', () =>
      rival.clients.create(SERVICE, { ...client, clientName: 'Other' }, addSeconds(START, 1)),
    )
    expect(await store.clients.create(SERVICE, client, START)).toBe(false)
    expect(await grantItem(tested, state)).toMatchObject({ notBefore: START + 1 })
    expect(await store.registry.findClientByNumber(SERVICE, CLIENT)).toMatchObject({ clientName: 'Other' })
  })
}
