import { expect, test } from 'vitest'
import { outcome, tokensOf } from '../../support/answers.ts'
import { cutAll, delayFirstAnswer, loseFirstAnswers, pass } from '../../support/cutting-proxy.ts'
import type { Received } from '../../support/gateway.ts'
import { basic } from '../../support/walk.ts'
import { type Engine, grantItem, walkUnderTest } from './store-under-test.ts'

export async function revocationAtEndpoint(engine: Engine) {
  const { tested, walk, client, askRival } = await walkUnderTest(engine)
  const revoke = (token: string) => walk.post('/revocation', { token }, undefined, basic(client))

  async function expectEnded(token: string): Promise<void> {
    const grantId = Buffer.from(token, 'base64url').toString('base64url', 6, 22)
    expect(await grantItem(tested, { service: walk.number, client: client.number, grantId })).toBeUndefined()
  }

  test.each(['access', 'refresh'] as const)(
    'a revocation by the %s token also ends what a refresh gave between its read and its write',
    async (kind) => {
      const tokens = await walk.granted(client)
      let refreshed: Received | undefined
      tested.proxy.fate = delayFirstAnswer('BatchGetItem', async () => {
        refreshed = await askRival('/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh })
      })
      expect((await revoke(tokens[kind])).status).toBe(200)
      expect(refreshed?.status).toBe(200)
      const introspected = await walk.introspect(String(refreshed?.json['access_token']))
      expect(outcome(introspected)).toBe('UNAUTHORIZED A057302 invalid_token')
      await expectEnded(tokens.refresh)
    },
  )

  test('a refresh that has read before a revocation and writes after it is lost', async () => {
    const tokens = await walk.granted(client)
    tested.proxy.fate = delayFirstAnswer('BatchGetItem', async () => {
      expect((await askRival('/revocation', { token: tokens.access })).status).toBe(200)
    })
    expect(outcome(await walk.refresh(client, tokens.refresh))).toBe('BAD_REQUEST A053305 invalid_grant')
    await expectEnded(tokens.refresh)
  })

  test('a revocation is done although the answer to its write was lost', async () => {
    const tokens = await walk.granted(client)
    tested.proxy.fate = loseFirstAnswers('DeleteItem')
    expect((await revoke(tokens.access)).status).toBe(200)
    await expectEnded(tokens.refresh)
  })

  test.each(['BatchGetItem', 'DeleteItem'])('while %s fails, a revocation is 503', async (operation) => {
    const { access, refresh } = await walk.granted(client)
    tested.proxy.fate = cutAll(operation)
    const answer = await revoke(access)
    expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } })
    expect(answer.headers).toHaveProperty('retry-after')
    tested.proxy.fate = pass
    expect(outcome(await walk.introspect(access))).toBe('OK A056001')
    expect(tokensOf(await walk.refresh(client, refresh))).toHaveProperty('access')
  })
}
