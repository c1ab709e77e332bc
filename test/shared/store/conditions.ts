import { describe, expect, test } from 'vitest'
import { later } from '../../../shared/epoch-seconds.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { delayFirstAnswer } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { STAGES, STEPS } from './grant-steps.ts'
import { CLIENT, randomDigest, sampleClientTokens, sampleGrant, SERVICE } from './sample-grant.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

type Sample = ReturnType<typeof sampleGrant>

export async function conditions(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const store = tested.runtime.store

  describe.each(STEPS)('$name', ({ from, take, to }) => {
    test('a step is done once, and the second attempt gets the state of the grant', async () => {
      const sample = sampleGrant()
      await STAGES[from](store.grants, sample)
      expect(await take(store.grants, sample)).toEqual({ done: true })
      const stored = await grantItem(tested, sample.key)
      expect(await take(store.grants, sample)).toEqual({ done: false, current: to(sample) })
      expect(await grantItem(tested, sample.key)).toEqual(stored)
    })

    test('a step is lost with another token of the same grant', async () => {
      const sample = sampleGrant()
      await STAGES[from](store.grants, sample)
      const stored = await grantItem(tested, sample.key)
      const stranger = sampleGrant(sample.key.grantId)
      expect(await take(store.grants, stranger)).toMatchObject({ done: false })
      expect(await grantItem(tested, sample.key)).toEqual(stored)
    })

    test('a step leaves nothing behind when the grant is gone', async () => {
      const sample = sampleGrant()
      await STAGES[from](store.grants, sample)
      await tested.raw.grants.remove(idOf(sample))
      expect(await take(store.grants, sample)).toEqual({ done: false, current: undefined })
      expect(await grantItem(tested, sample.key)).toBeUndefined()
    })
  })

  test('an ended grant is not redeemed, refreshed or ended again', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    await store.grants.end(sample.tokens)
    expect(await store.grants.redeem(sample.code, sample.tokens)).toEqual({ done: false, current: undefined })
    expect(await store.grants.refresh(sample.tokens.refresh, sample.refreshed)).toEqual({
      done: false,
      current: undefined,
    })
    await store.grants.end(sample.tokens)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('end spares a grant of another family or another access token', async () => {
    const { key, tokens, ...sample } = sampleGrant()
    await STAGES.TOKENS(store.grants, { key, tokens, ...sample })
    await store.grants.end({ ...tokens, refresh: { ...tokens.refresh, familyDigest: randomDigest() } })
    expect((await store.grants.find(key)).grant).toEqual(tokens)

    const alone = sampleClientTokens()
    await store.grants.create(alone)
    await store.grants.end({ ...alone, accessDigest: randomDigest() })
    expect((await store.grants.find(alone)).grant).toEqual(alone)
  })

  test('a change is lost when anything came between, and done on what is there', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    const read = async () => (await store.grants.find(sample.key)).grant as Tokens
    const first = await read()
    const bound = { ...first, binding: { 'x5t#S256': randomDigest() } }
    expect(await store.grants.change(first, bound)).toEqual({ done: true })
    const widened = { ...first, accessScopes: first.terms.scopes }
    expect(await store.grants.change(first, widened)).toEqual({ done: false, current: bound })
    expect(await read()).toEqual(bound)

    const second = await read()
    const shorter = { ...second, accessExpiresAt: START }
    tested.proxy.fate = delayFirstAnswer('GetItem', async () => {
      expect(await tested.rival.store.grants.change(second, shorter)).toEqual({ done: true })
    })
    expect(await store.grants.change(second, widened)).toEqual({ done: false, current: shorter })
    expect(await read()).toEqual(shorter)
    await store.grants.revoke(second)
    expect(await store.grants.change(shorter, widened)).toEqual({ done: false, current: undefined })
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('end overtakes a refresh that came in between', async () => {
    const sample = sampleGrant()
    await STAGES.REFRESHED(store.grants, sample)
    await store.grants.end(sample.tokens)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('a grant id that is taken is refused, and its grant stays', async () => {
    const tokens = sampleClientTokens()
    await store.grants.create(tokens)
    const stored = await grantItem(tested, tokens)
    await expect(store.grants.create({ ...tokens, accessDigest: randomDigest() })).rejects.toThrow('taken')
    expect(await grantItem(tested, tokens)).toEqual(stored)
  })

  test('a missing client is not locked, cut off or brought into being', async () => {
    const deleted = { clientId: CLIENT } as Client
    expect(await store.clients.setLocked(SERVICE, deleted, true)).toBe(false)
    expect(await store.clients.setLocked(SERVICE, deleted, false)).toBe(false)
    expect(await store.clients.cutOff(SERVICE, CLIENT, START)).toBe(false)
    await store.clients.remove(SERVICE, deleted)
    expect(await grantItem(tested, { service: SERVICE, client: CLIENT })).toBeUndefined()
    expect(await store.registry.findClientByNumber(SERVICE, CLIENT)).toBeUndefined()
  })

  test('a client that is deleted between the two steps of a cut-off is not brought back', async () => {
    await store.clients.create(SERVICE, { clientId: 4711 }, START)
    const state = { service: SERVICE, client: 4711 }
    tested.proxy.fate = async ({ operation }, forward) => {
      const reply = await forward()
      if (operation === 'GetItem') {
        await tested.raw.grants.remove({ id: `${SERVICE}.4711` })
      }
      return reply
    }
    expect(await store.clients.cutOff(SERVICE, 4711, later(START, 5))).toBe(false)
    expect(await grantItem(tested, state)).toBeUndefined()
  })
}

function idOf({ key: { service, client, grantId } }: Sample) {
  return { id: `${service}.${client}.${grantId}` }
}
