import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import { START } from '../../support/fixed-runtime.ts'
import { STAGES, STEPS } from './grant-steps.ts'
import { CLIENT, randomDigest, sampleClientTokens, sampleGrant, SERVICE, NO_PROOF } from './sample-grant.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

type Sample = ReturnType<typeof sampleGrant>

export async function conditions(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const store = tested.runtime.store
  const readTokens = async ({ key }: Sample) => (await store.grants.find(key)).grant as Tokens

  describe.each(STEPS)('$name', ({ from, take, to, rival }) => {
    test('a step is done once, and the second attempt gets the state of the grant', async () => {
      const sample = sampleGrant()
      await STAGES[from](store.grants, sample)
      expect(await take(store.grants, sample)).toEqual({ done: true })
      const stored = await grantItem(tested, sample.key)
      expect(await take(store.grants, rival(sample))).toEqual({ done: false, current: to(sample) })
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
    await store.grants.end(sample.tokens, NO_PROOF)
    expect(await store.grants.redeem(sample.code, sample.tokens, NO_PROOF)).toEqual({
      done: false,
      current: undefined,
    })
    expect(await store.grants.refresh(sample.tokens, sample.refreshed, NO_PROOF)).toEqual({
      done: false,
      current: undefined,
    })
    await store.grants.end(sample.tokens, NO_PROOF)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('end spares a grant of another family or another access token', async () => {
    const { key, tokens, ...sample } = sampleGrant()
    await STAGES.TOKENS(store.grants, { key, tokens, ...sample })
    await store.grants.end(
      { ...tokens, refresh: { ...tokens.refresh, familyDigest: randomDigest() } },
      NO_PROOF,
    )
    expect((await store.grants.find(key)).grant).toEqual(tokens)

    const alone = sampleClientTokens()
    await store.grants.createWithoutProof(alone)
    await store.grants.end({ ...alone, accessDigest: randomDigest() }, NO_PROOF)
    expect((await store.grants.find(alone)).grant).toEqual(alone)
  })

  test('a revocation ends the grant also if it was refreshed since it was read', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    await store.grants.refresh(sample.tokens, sample.refreshed, NO_PROOF)
    await store.grants.revoke(sample.tokens)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('a change of the terms succeeds even if a refresh came between, and writes nothing else', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    const first = await readTokens(sample)
    await store.grants.refresh(sample.tokens, sample.refreshed, NO_PROOF)
    const stored = await grantItem(tested, sample.key)
    const terms = { ...first.terms, properties: [{ key: 'tier', value: 'gold', hidden: false }] }
    const binding = { 'x5t#S256': randomDigest() }
    expect(await store.grants.change(first, { ...first, terms, binding })).toEqual({ done: true })
    expect(await readTokens(sample)).toEqual({
      ...sample.refreshed,
      terms: { ...sample.refreshed.terms, properties: terms.properties },
      binding,
      revision: expect.any(String) as string,
    })
    expect(await grantItem(tested, sample.key)).toMatchObject({ ttl: stored?.['ttl'] })
  })

  test('the first binding of a grant is not changed after a refresh has bound the grant', async () => {
    const sample = sampleGrant()
    await STAGES.CODE(store.grants, sample)
    await store.grants.redeem(sample.code, { ...sample.tokens, binding: 'none' }, NO_PROOF)
    const first = await readTokens(sample)
    const refreshed = { ...sample.refreshed, binding: { jkt: randomDigest() } }
    await store.grants.refresh(sample.tokens, refreshed, NO_PROOF)
    const outcome = await store.grants.change(first, { ...first, binding: { 'x5t#S256': randomDigest() } })
    const stored = { ...refreshed, revision: expect.any(String) as string }
    expect(outcome).toEqual({ done: false, current: stored })
    expect(await readTokens(sample)).toEqual(stored)
  })

  test('a change of one access token is not done after another has replaced it', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    const first = await readTokens(sample)
    await store.grants.refresh(sample.tokens, sample.refreshed, NO_PROOF)
    const outcome = await store.grants.change(first, { ...first, accessExpiresAt: START })
    expect(outcome).toEqual({ done: false, current: sample.refreshed })
    expect(await readTokens(sample)).toEqual(sample.refreshed)
  })

  test('a refresh is not done if the terms have changed since it read them', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    const first = await readTokens(sample)
    const taken = { ...first, terms: { ...first.terms, scopes: [] }, accessScopes: [] }
    expect(await store.grants.change(first, taken)).toEqual({ done: true })
    const current = await readTokens(sample)
    expect(await store.grants.refresh(sample.tokens, sample.refreshed, NO_PROOF)).toEqual({
      done: false,
      current,
    })
    expect(await readTokens(sample)).toEqual(current)
    expect(
      (await store.grants.refresh({ ...current, refresh: sample.tokens.refresh }, current, NO_PROOF)).done,
    ).toBe(true)
    expect((await readTokens(sample)).revision).toBe(current.revision)
  })

  test('a change revives no grant that has ended', async () => {
    const sample = sampleGrant()
    await STAGES.TOKENS(store.grants, sample)
    const first = await readTokens(sample)
    await store.grants.revoke(first)
    const taken = { ...first, terms: { ...first.terms, scopes: [] } }
    expect(await store.grants.change(first, taken)).toEqual({ done: false, current: undefined })
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('end overtakes a refresh that came in between', async () => {
    const sample = sampleGrant()
    await STAGES.REFRESHED(store.grants, sample)
    await store.grants.end(sample.tokens, NO_PROOF)
    expect(await grantItem(tested, sample.key)).toBeUndefined()
  })

  test('a grant id that is taken is refused, and its grant stays', async () => {
    const tokens = sampleClientTokens()
    await store.grants.createWithoutProof(tokens)
    const stored = await grantItem(tested, tokens)
    await expect(
      store.grants.createWithoutProof({ ...tokens, accessDigest: randomDigest() }),
    ).rejects.toThrow('taken')
    expect(await grantItem(tested, tokens)).toEqual(stored)
  })

  test('a missing client is not locked, cut off or brought into being', async () => {
    const deleted = { clientId: CLIENT } as Client
    expect(await store.clients.setLocked(SERVICE, deleted, true)).toBeUndefined()
    expect(await store.clients.setLocked(SERVICE, deleted, false)).toBeUndefined()
    expect(await store.clients.cutOff(SERVICE, CLIENT, () => START)).toBe(false)
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
    expect(await store.clients.cutOff(SERVICE, 4711, () => addSeconds(START, 5))).toBe(false)
    expect(await grantItem(tested, state)).toBeUndefined()
  })
}

function idOf({ key: { service, client, grantId } }: Sample) {
  return { id: `${service}.${client}.${grantId}` }
}
