import { expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { loseFirstAnswers, loseFirstRequest } from '../../support/cutting-proxy.ts'
import { type Engine, walkUnderTest } from './store-under-test.ts'

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
