import { describe, expect, test } from 'vitest'
import type { Grants } from '../../../shared/store/grants.ts'
import { contentOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { gateway, type Received } from '../../support/gateway.ts'
import { basic, form, REDIRECT_URI, SUBJECT } from '../../support/walk.ts'
import { STAGES, STEPS } from './grant-steps.ts'
import { randomDigest, sampleGrant, SERVICE, NO_PROOF } from './sample-grant.ts'
import { type Engine, grantItem, walkUnderTest } from './store-under-test.ts'

const RACERS = 50

/** All at once, in turns from one process and from another. */
function race<Runner, Result>(
  runners: readonly Runner[],
  run: (runner: Runner) => Promise<Result>,
): Promise<Result[]> {
  return Promise.all(Array.from({ length: RACERS / runners.length }, () => runners.map(run)).flat())
}

export async function races(engine: Engine) {
  const { tested, walk, client } = await walkUnderTest(engine, { registryCacheSeconds: 0 })
  const processes = [tested.runtime, tested.rival].map((runtime) =>
    gateway({ ...runtime, settings: { ...runtime.settings, serviceId: walk.number } }),
  )

  const stores = (): Grants[] => [tested.runtime.store.grants, tested.rival.store.grants]

  /** The same request to `/token` from all racers. */
  const ask = (parameters: Record<string, string>) =>
    race(processes, (send) =>
      send({
        route: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) },
        body: form(parameters),
      }),
    )

  const isLive = async (token: unknown) => (await walk.introspect(String(token))).json['action'] === 'OK'

  describe.each(STEPS)('at the store, $name', ({ from, take, to }) => {
    test('of 50 steps at once one is done, and the others learn of it', async () => {
      const sample = sampleGrant()
      await STAGES[from](tested.runtime.store.grants, sample)
      const outcomes = await race(stores(), (grants) => take(grants, sample))
      expect(outcomes.filter(({ done }) => done)).toHaveLength(1)
      const losses = outcomes.filter(({ done }) => !done)
      expect(losses).toEqual(losses.map(() => ({ done: false, current: to(sample) })))
    })
  })

  test('of 50 redemptions with tokens of their own, those of the one that is done are stored', async () => {
    const sample = sampleGrant()
    await STAGES.CODE(tested.runtime.store.grants, sample)
    const runs = await race(stores(), async (grants) => {
      const tokens = { ...sample.tokens, accessDigest: randomDigest() }
      return { tokens, ...(await grants.redeem(sample.code, tokens, NO_PROOF)) }
    })
    const [winner, ...more] = runs.filter(({ done }) => done)
    expect(more).toEqual([])
    expect((await tested.runtime.store.grants.find(sample.key)).grant).toEqual(winner?.tokens)
  })

  test('of 50 clients that ask for one number, one is created', async () => {
    const all = [tested.runtime.store.clients, tested.rival.store.clients]
    const created = await race(all, (clients) => clients.create(SERVICE, { clientId: 4711 }, START))
    expect(created.filter(Boolean)).toHaveLength(1)
  })

  test('of 50 clients that ask for one alias, one is created, and nothing is left of the others', async () => {
    const service = SERVICE + 1
    let number = 5000
    const all = [tested.runtime.store.clients, tested.rival.store.clients]
    const created = await race(all, async (clients) => {
      const clientId = (number += 1)
      return { clientId, done: await clients.create(service, { clientId, clientIdAlias: 'wanted' }, START) }
    })
    const [winner, ...more] = created.filter(({ done }) => done).map(({ clientId }) => clientId)
    expect(more).toEqual([])
    const { store } = tested.rival
    expect(await store.registry.findClient(service, 'wanted')).toMatchObject({ clientId: winner })
    const records = await tested.raw.registry.scan()
    const numbers = records.filter(({ pk }) => pk === `client#${service}`).map(({ sk }) => sk)
    expect(numbers).toEqual([String(winner)])
    const ids = (await tested.raw.grants.scan()).map(({ id }) => String(id))
    expect(ids.filter((id) => id.startsWith(`${service}.`))).toEqual([`${service}.${winner}`])
  })

  const split = (answers: Received[]) => ({
    won: answers.filter(({ status }) => status === 200).map(({ json }) => json),
    lost: answers.filter(({ status }) => status !== 200).map(({ status, json }) => ({ status, ...json })),
  })
  const INVALID_GRANT = { status: 400, error: 'invalid_grant' }

  test('one of 50 redemptions gets tokens, and the others end them', async () => {
    const code = await walk.code(client)
    const { won, lost } = split(
      await ask({ grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }),
    )
    expect(won).toHaveLength(1)
    expect(lost).toEqual(Array.from({ length: RACERS - 1 }, () => INVALID_GRANT))
    expect(await isLive(won[0]?.['access_token'])).toBe(false)
    const refreshed = await walk.refresh(client, String(won[0]?.['refresh_token']))
    expect(contentOf(refreshed)).toMatchObject({ error: 'invalid_grant' })
    const grantId = Buffer.from(code, 'base64url').toString('base64url', 6, 22)
    expect(await grantItem(tested, { service: walk.number, client: client.number, grantId })).toBeUndefined()
  })

  test('one of 50 refreshes gets tokens, and they work', async () => {
    const { refresh } = await walk.granted(client)
    const { won, lost } = split(await ask({ grant_type: 'refresh_token', refresh_token: refresh }))
    expect(won).toHaveLength(1)
    expect(lost).toEqual(Array.from({ length: RACERS - 1 }, () => INVALID_GRANT))
    expect(await isLive(won[0]?.['access_token'])).toBe(true)
    expect((await walk.refresh(client, String(won[0]?.['refresh_token']))).json['action']).toBe('OK')
  })

  test('50 idempotent refreshes all get one refresh token, and it works', async () => {
    await walk.setService({ refreshTokenIdempotent: true })
    const { refresh } = await walk.granted(client)
    const { won, lost } = split(await ask({ grant_type: 'refresh_token', refresh_token: refresh }))
    expect(lost).toEqual([])
    const [next, ...others] = new Set(won.map((tokens) => tokens['refresh_token']))
    expect(others).toEqual([])
    expect(next).not.toBe(refresh)
    const living = await Promise.all(won.map((tokens) => isLive(tokens['access_token'])))
    expect(living.filter(Boolean)).toHaveLength(1)
    expect((await walk.refresh(client, String(next))).json['action']).toBe('OK')
    await walk.setService({ refreshTokenIdempotent: false })
  })

  test('50 refreshes with a kept token all get it again, and one access token is active', async () => {
    await walk.setService({ refreshTokenKept: true })
    const { refresh } = await walk.granted(client)
    const { won, lost } = split(await ask({ grant_type: 'refresh_token', refresh_token: refresh }))
    expect(lost).toEqual([])
    expect(new Set(won.map((tokens) => tokens['refresh_token']))).toEqual(new Set([refresh]))
    const living = await Promise.all(won.map((tokens) => isLive(tokens['access_token'])))
    expect(living.filter(Boolean)).toHaveLength(1)
    await walk.setService({ refreshTokenKept: false })
  })

  test('one of 50 issues of a ticket gets a code, and it works', async () => {
    const { ticket } = (await walk.authorize(client)).json
    const authorization = `Bearer ${walk.secrets.runtime}`
    const answers = await race(processes, (send) =>
      send({
        route: '/api/{serviceId}/auth/authorization/issue',
        pathParameters: { serviceId: walk.serviceId },
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ ticket, subject: SUBJECT }),
      }),
    )
    const [issued, ...more] = answers.filter(({ json }) => json['action'] === 'LOCATION')
    expect(more).toEqual([])
    const code = String(issued?.json['authorizationCode'])
    expect((await walk.redeem(client, code)).json['action']).toBe('OK')
  })
}
