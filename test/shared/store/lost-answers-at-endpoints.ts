import { expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { loseFirstAnswer, loseFirstAnswers, loseFirstRequest } from '../../support/cutting-proxy.ts'
import type { Received } from '../../support/gateway.ts'
import { SUBJECT } from '../../support/walk.ts'
import { type Engine, walkUnderTest } from './store-under-test.ts'

const SINCE_CHANGED = ['read']
const INVALID_GRANT = { status: 400, json: { error: 'invalid_grant' } }

export async function lostAnswersAtEndpoints(engine: Engine) {
  const { tested, walk, client, ask, askRival, redemption } = await walkUnderTest(engine)

  async function expectAlive(access: unknown): Promise<void> {
    expect(outcome(await walk.introspect(String(access)))).toBe('OK A056001')
  }

  test('a client gets tokens that live although the answer to their write was lost', async () => {
    tested.proxy.fate = loseFirstAnswers('PutItem')
    const { status, json } = await ask({ grant_type: 'client_credentials' })
    expect(status).toBe(200)
    await expectAlive(json['access_token'])
  })

  test('a code gets tokens that live although the answer to its redemption was lost', async () => {
    const code = await walk.code(client)
    tested.proxy.fate = loseFirstAnswers('UpdateItem')
    const { status, json } = await ask(redemption(code))
    expect(status).toBe(200)
    await expectAlive(json['access_token'])
    expect(outcome(await walk.refresh(client, String(json['refresh_token'])))).toBe('OK A053001')
  })

  test('a refresh gives tokens that live although the answer to its write was lost', async () => {
    const { refresh } = await walk.granted(client)
    tested.proxy.fate = loseFirstAnswers('UpdateItem')
    const { status, json } = await ask({ grant_type: 'refresh_token', refresh_token: refresh })
    expect(status).toBe(200)
    await expectAlive(json['access_token'])
    expect(outcome(await walk.refresh(client, String(json['refresh_token'])))).toBe('OK A053001')
  })

  async function changeGrants(): Promise<void> {
    const { grants } = tested.rival.store
    const found = await grants.findTokens(await grants.list(walk.number, client.number, SUBJECT))
    const changes = found.map(({ grant }) => {
      const terms = { ...grant.terms, scopes: SINCE_CHANGED }
      return grants.change(grant, { ...grant, terms, accessScopes: SINCE_CHANGED })
    })
    await Promise.all(changes)
  }

  /** The tokens are active, with the scopes of the change. */
  async function expectChanged(issued: Received | undefined): Promise<void> {
    expect(issued?.status).toBe(200)
    const introspected = await walk.introspect(String(issued?.json['access_token']))
    expect(introspected.json).toMatchObject({ resultCode: 'A056001', scopes: SINCE_CHANGED })
    const refreshed = await walk.refresh(client, String(issued?.json['refresh_token']))
    expect(outcome(refreshed)).toBe('OK A053001')
  }

  test.each([
    ['kept', { refreshTokenKept: true }],
    ['replaced', {}],
    ['replaced, and a retry may repeat it', { refreshTokenIdempotent: true }],
  ])(
    'a refresh gives active tokens although the answer to its write was lost and the grant was changed since: the refresh token is %s',
    async (_, settings) => {
      await walk.setService(settings)
      const { refresh } = await walk.granted(client, undefined, { scope: 'read write' })
      tested.proxy.fate = loseFirstAnswer('UpdateItem', changeGrants)
      await expectChanged(await ask({ grant_type: 'refresh_token', refresh_token: refresh }))
      await walk.resetService()
    },
  )

  test('a refresh is refused when another one came before it arrived, even if the grant was changed since', async () => {
    const { refresh } = await walk.granted(client, undefined, { scope: 'read write' })
    const refreshment = { grant_type: 'refresh_token', refresh_token: refresh }
    let first: Received | undefined
    tested.proxy.fate = loseFirstRequest('UpdateItem', async () => {
      first = await askRival('/token', refreshment)
      await changeGrants()
    })
    expect(await ask(refreshment)).toMatchObject(INVALID_GRANT)
    await expectChanged(first)
  })

  test('a code gives active tokens although the answer to its redemption was lost and the grant was changed since', async () => {
    const code = await walk.code(client, { scope: 'read write' })
    tested.proxy.fate = loseFirstAnswer('UpdateItem', changeGrants)
    await expectChanged(await ask(redemption(code)))
  })

  test('a ticket gives a code that works although the answer to its issue was lost', async () => {
    const { ticket } = (await walk.authorize(client)).json
    tested.proxy.fate = loseFirstAnswers('UpdateItem')
    const issued = await walk.issue(ticket)
    expect(outcome(issued)).toBe('LOCATION A040001')
    const redeemed = await walk.redeem(client, String(issued.json['authorizationCode']))
    expect(outcome(redeemed)).toBe('OK A050001')
  })

  test('a replayed code ends its tokens although the answer to their deletion was lost', async () => {
    const code = await walk.code(client)
    const { access } = tokensOf(await walk.redeem(client, code))
    tested.proxy.fate = loseFirstAnswers('DeleteItem')
    expect(await ask(redemption(code))).toMatchObject(INVALID_GRANT)
    expect(outcome(await walk.introspect(access))).toBe('UNAUTHORIZED A057302 invalid_token')
  })

  test('a code that somebody else redeemed before the request arrived is a replay and ends those tokens', async () => {
    const code = await walk.code(client)
    let first: Record<string, unknown> = {}
    tested.proxy.fate = loseFirstRequest('UpdateItem', async () => {
      first = (await askRival('/token', redemption(code))).json
    })
    expect(await ask(redemption(code))).toMatchObject(INVALID_GRANT)
    expect(first).toHaveProperty('access_token')
    const introspected = await walk.introspect(String(first['access_token']))
    expect(outcome(introspected)).toBe('UNAUTHORIZED A057302 invalid_token')
  })
}
