import { afterAll, beforeEach, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Client } from '../../../shared/store/client.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { startOtherProcess } from '../../support/other-process.ts'
import { BASIC, form, openWalk, REDIRECT_URI, SUBJECT, type TestClient, UNBOUND } from '../../support/walk.ts'
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
import { type Engine, storeUnderTest } from './store-under-test.ts'

/** An hour: what the other process has read of the registry it does not read again. */
const REGISTRY_CACHE_SECONDS = 3600

export async function otherProcess(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const walk = await openWalk(tested.runtime, UNBOUND)
  const { settings, endpoint } = tested.rival
  const other = startOtherProcess({ ...settings, registryCacheSeconds: REGISTRY_CACHE_SECONDS }, endpoint)
  afterAll(() => other.close())

  let client: TestClient
  let record: Client
  beforeEach(async () => {
    client = await walk.addClient(BASIC)
    record = Client.parse(client.settings)
    await warm()
  })

  /** A call of the Web API that the other process answers. */
  function call(api: string, members: object): Promise<Received> {
    const sent = {
      route: `/api/{serviceId}${api}`,
      pathParameters: { serviceId: walk.serviceId },
      headers: { authorization: `Bearer ${walk.secrets.manage}`, 'content-type': 'application/json' },
      body: JSON.stringify(members),
    }
    return other.send(sent, tested.runtime.now())
  }

  const token = (parameters: Record<string, string>) =>
    call('/auth/token', { parameters: form(parameters), clientId: client.id, clientSecret: client.secret })

  const credentials = () => token({ grant_type: 'client_credentials' })
  const introspect = (access: string) => call('/auth/introspection', { token: access })
  const redeem = (code: string) =>
    token({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI })
  const refresh = (refreshToken: string) =>
    token({ grant_type: 'refresh_token', refresh_token: refreshToken })

  /** The other process has met the service and the client. */
  async function warm(): Promise<void> {
    const { access } = tokensOf(await credentials())
    expect(outcome(await introspect(access))).toBe('OK A056001')
  }

  const present = (held: Held) =>
    presentTo(held, {
      ...{ introspect, refresh, redeem },
      issue: (ticket) => call('/auth/authorization/issue', { ticket, subject: SUBJECT }),
    })

  test('another process takes what this process has issued', async () => {
    expect(await present(await hold(walk, client))).toEqual(LIVE)
  })

  test('another process refuses everything of a locked client in its next call, and takes it again after the unlock', async () => {
    const held = await hold(walk, client)
    await tested.runtime.store.clients.setLocked(walk.number, record, true)
    expect(await present(held)).toEqual(LOCKED)
    await tested.runtime.store.clients.setLocked(walk.number, record, false)
    expect(await present(held)).toEqual(LIVE)
  })

  test('another process refuses everything of a deleted client in its next call', async () => {
    const held = await hold(walk, client)
    await tested.runtime.store.clients.remove(walk.number, record)
    expect(await present(held)).toEqual({ ...DELETED, refresh: BY_STATE, code: BY_STATE })
  })

  test('another process refuses everything that was cut off in its next call, and takes what came after', async () => {
    const held = await hold(walk, client)
    await tested.runtime.store.clients.cutOff(walk.number, client.number, () => START)
    expect(await present(held)).toEqual(CUT_OFF)
    tested.runtime.clock.now = addSeconds(START, 1)
    expect(await present(await hold(walk, client))).toEqual(LIVE)
  })

  test.each([
    ['locked', () => tested.runtime.store.clients.setLocked(walk.number, record, true), 'A057394'],
    ['deleted', () => tested.runtime.store.clients.remove(walk.number, record), 'A057393'],
  ])('tokens that another process issues to a client that is %s are refused', async (_, stop, resultCode) => {
    await stop()
    const { access } = tokensOf(await credentials())
    for (const introspected of [await introspect(access), await walk.introspect(access)]) {
      expect(outcome(introspected)).toBe(`UNAUTHORIZED ${resultCode} invalid_token`)
    }
  })
}
