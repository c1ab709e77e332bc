import { beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Client } from '../../../shared/store/client.ts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { cutAll, delayFirstAnswer, delayFirstRequest, pass } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { BASIC, openWalk, type TestClient, UNBOUND } from '../../support/walk.ts'
import {
  BY_STATE,
  CUT_OFF,
  DELETED,
  type Held,
  hold,
  LIVE,
  LOCKED,
  present as presentTo,
} from './presented.ts'
import { type Engine, grantItem, storeUnderTest } from './store-under-test.ts'

export async function clientState(engine: Engine) {
  let client: TestClient
  let record: Client
  let held: Held
  const tested = await storeUnderTest(engine)
  const walk = await openWalk(tested.runtime, UNBOUND)
  beforeEach(async () => {
    client = await walk.addClient(BASIC)
    record = Client.parse(client.settings)
    held = await hold(walk, client)
  })

  const clients = () => tested.runtime.store.clients
  const stored = () => grantItem(tested, { service: walk.number, client: client.number })
  const advance = (seconds: number) => {
    tested.runtime.clock.now = addSeconds(tested.runtime.clock.now, seconds)
  }

  const present = (presented = held) =>
    presentTo(presented, {
      introspect: walk.introspect,
      refresh: (token) => walk.refresh(client, token),
      redeem: (code) => walk.redeem(client, code),
      issue: walk.issue,
    })

  test('without a change of state all tokens, codes and tickets are accepted', async () => {
    expect(await present()).toEqual(LIVE)
  })

  test('a lock stops everything in the next call, and unlocking brings it back', async () => {
    expect(await clients().setLocked(walk.number, record, true)).toMatchObject({ locked: true })
    expect(await present()).toEqual(LOCKED)
    expect(await walk.standard(held.access)).toEqual({ active: false })
    expect(await clients().setLocked(walk.number, record, false)).toMatchObject({ locked: false })
    expect(await present()).toEqual(LIVE)
  })

  test('a lock holds for tokens when it breaks off before the registry', async () => {
    tested.proxy.fate = cutAll('UpdateItem', tested.runtime.settings.registryTable)
    await expect(clients().setLocked(walk.number, record, true)).rejects.toBeInstanceOf(StoreUnavailable)
    tested.proxy.fate = pass
    expect(await present()).toEqual(LOCKED)
  })

  test('a lock keeps a cut-off', async () => {
    await clients().cutOff(walk.number, client.number, () => START)
    await clients().setLocked(walk.number, record, true)
    await clients().setLocked(walk.number, record, false)
    expect(await present()).toEqual(CUT_OFF)
  })

  test('a deletion stops everything in the next call', async () => {
    await clients().remove(walk.number, record)
    expect(await present()).toEqual(DELETED)
    expect(await walk.standard(held.access)).toEqual({ active: false })
    expect(await clients().setLocked(walk.number, record, false)).toBeUndefined()
    expect(await present()).toEqual(DELETED)
  })

  test('a deletion is not undone by a new client with the same number', async () => {
    await clients().remove(walk.number, record)
    advance(1)
    expect(await clients().create(walk.number, client.settings, tested.runtime.now())).toBe(true)
    expect(await present()).toEqual(CUT_OFF)
  })

  test('a deletion holds for tokens when it breaks off before the registry', async () => {
    tested.proxy.fate = cutAll('DeleteItem', tested.runtime.settings.registryTable)
    await expect(clients().remove(walk.number, record)).rejects.toBeInstanceOf(StoreUnavailable)
    tested.proxy.fate = pass
    expect(await present()).toEqual({ ...DELETED, refresh: BY_STATE, code: BY_STATE })
  })

  test('a creation that breaks off before the registry leaves a state and no client', async () => {
    const clientId = client.number + 1
    tested.proxy.fate = cutAll('PutItem', tested.runtime.settings.registryTable)
    const creation = clients().create(walk.number, { ...client.settings, clientId }, START)
    await expect(creation).rejects.toBeInstanceOf(StoreUnavailable)
    tested.proxy.fate = pass
    expect(await grantItem(tested, { service: walk.number, client: clientId })).toBeDefined()
    const asked = await walk.credentials({ ...client, id: String(clientId) })
    expect(outcome(asked)).toBe('INVALID_CLIENT A048304 invalid_client')
  })

  test('tokens of a client with a record and no state are refused', async () => {
    await tested.raw.grants.remove({ id: `${walk.number}.${client.number}` })
    const { access } = tokensOf(await walk.credentials(client))
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057393 invalid_token')
  })

  test('a client that is created locked is locked', async () => {
    const settings = { ...client.settings, clientId: client.number + 1, locked: true }
    await clients().create(walk.number, settings, START)
    expect(await grantItem(tested, { service: walk.number, client: settings.clientId })).toEqual({
      id: `${walk.number}.${settings.clientId}`,
      locked: true,
      notBefore: START,
      attempt: expect.any(String) as string,
    })
  })

  test('a cut-off ends what was issued in the same second, and unlocking does not bring it back', async () => {
    expect(await clients().cutOff(walk.number, client.number, () => START)).toBe(true)
    expect(await present()).toEqual(CUT_OFF)
    expect(await walk.standard(held.access)).toEqual({ active: false })
    await clients().setLocked(walk.number, record, false)
    expect(await present()).toEqual(CUT_OFF)
  })

  test('a cut-off spares what was issued after it', async () => {
    await clients().cutOff(walk.number, client.number, () => START)
    advance(1)
    const { access } = tokensOf(await walk.credentials(client))
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    expect(await present(await hold(walk, client))).toEqual(LIVE)
  })

  test('a cut-off ends what was begun before it and finished in the next second', async () => {
    const cutOff = async () => {
      await tested.rival.store.clients.cutOff(walk.number, client.number, () => START)
      advance(1)
    }
    tested.proxy.fate = delayFirstAnswer('BatchGetItem', cutOff)
    const redeemed = await walk.redeem(client, held.code)
    expect(outcome(redeemed)).toBe('OK A050001')
    const { access, refresh } = tokensOf(redeemed)
    expect(outcome(await walk.introspect(access))).toBe(CUT_OFF.introspection)
    expect(outcome(await walk.refresh(client, refresh))).toBe(CUT_OFF.refresh)
  })

  test('a cut-off ends what a request of the next second issued before the cut-off was written', async () => {
    let refreshed: Received | undefined
    tested.proxy.fate = delayFirstRequest('UpdateItem', async () => {
      advance(1)
      refreshed = await walk.refresh(client, held.refresh)
    })
    const revoked = await walk.call('/auth/token/revoke', { clientIdentifier: client.id })
    expect(revoked.status).toBe(200)
    const { access, refresh } = tokensOf(refreshed as Received)
    expect(outcome(await walk.introspect(access))).toBe(CUT_OFF.introspection)
    expect(outcome(await walk.refresh(client, refresh))).toBe(CUT_OFF.refresh)
  })

  test('a cut-off is done although each of its writes takes seconds', async () => {
    let readings = 0
    const slow = () => addSeconds(START, 3 * readings++)
    expect(await clients().cutOff(walk.number, client.number, slow)).toBe(true)
    const { notBefore } = (await stored()) as { readonly notBefore: number }
    expect(notBefore).toBeGreaterThan(START + 3 * (readings - 1))
    expect(await present()).toEqual(CUT_OFF)
  })

  test('a cut-off never lowers the bound', async () => {
    await clients().cutOff(walk.number, client.number, () => addSeconds(START, 100))
    expect(await clients().cutOff(walk.number, client.number, () => START)).toBe(true)
    expect(await stored()).toMatchObject({ notBefore: START + 101 })
  })

  test('the later one of two cut-offs at the same moment stays', async () => {
    const [one, other] = [tested.runtime.store.clients, tested.rival.store.clients]
    for (const [first, second] of [
      [7, 3],
      [3, 7],
    ] as const) {
      const both = [
        one.cutOff(walk.number, client.number, () => addSeconds(START, first)),
        other.cutOff(walk.number, client.number, () => addSeconds(START, second)),
      ]
      expect(await Promise.all(both)).toEqual([true, true])
      expect(await stored()).toMatchObject({ notBefore: START + 8 })
    }
  })
}
