import { expect, test } from 'vitest'
import { accessTokenSeconds, refreshTokenSeconds } from '../../../shared/token/lifetimes.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service } from '../../../shared/store/service.ts'
import { contentOf, tokensOf } from '../../support/answers.ts'
import { BASIC, openWalk } from '../../support/walk.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const SCOPES = [
  { name: 'plain' },
  { name: 'short', attributes: [{ key: 'access_token.duration', value: '60' }] },
  {
    name: 'both',
    attributes: [
      { key: 'access_token.duration', value: '50' },
      { key: 'refresh_token.duration', value: '500' },
    ],
  },
  { name: 'wrong', attributes: [{ key: 'access_token.duration', value: 'soon' }] },
]
const service = Service.parse({
  ...{ apiKey: 1, issuer: 'https://as.example.com', credentials: [], supportedScopes: SCOPES },
  ...{ accessTokenDuration: 600, refreshTokenDuration: 6000 },
})
const client = (extension: object) => Client.parse({ clientId: 2, extension })

test.each<[object, string[], number, number]>([
  [{}, [], 600, 6000],
  [{}, ['plain', 'unknown'], 600, 6000],
  [{}, ['plain', 'short'], 60, 6000],
  [{}, ['short', 'both'], 50, 500],
  [{}, ['wrong'], 600, 6000],
  [{ accessTokenDuration: 55, refreshTokenDuration: 400 }, ['short', 'both'], 50, 400],
  [{ accessTokenDuration: 55 }, ['short'], 55, 6000],
  [{ accessTokenDuration: 700 }, ['plain'], 600, 6000],
])(
  'tokens of a client with %j and of the scopes %j live %i s and %i s',
  (extension, scopes, access, refresh) => {
    expect(accessTokenSeconds(service, client(extension), scopes)).toBe(access)
    expect(refreshTokenSeconds(service, client(extension), scopes)).toBe(refresh)
  },
)

const runtime = await testRuntime()

test('the durations of scopes limit tokens of every grant type and of token management', async () => {
  const walk = await openWalk(runtime, { supportedScopes: SCOPES })
  const of = await walk.addClient(BASIC)
  const code = await walk.code(of, { scope: 'plain both' })
  const redeemed = await walk.redeem(of, code)
  expect(redeemed.json).toMatchObject({ accessTokenDuration: 50, refreshTokenDuration: 500 })
  const narrowed = await walk.refresh(of, tokensOf(redeemed).refresh, undefined, { scope: 'plain' })
  expect(narrowed.json).toMatchObject({ accessTokenDuration: 86_400, refreshTokenDuration: 500 })
  await walk.setService({ refreshTokenKept: true, refreshTokenDurationReset: true })
  const kept = await walk.refresh(of, tokensOf(narrowed).refresh)
  expect(kept.json).toMatchObject({ accessTokenDuration: 50, refreshTokenDuration: 500 })
  const own = await walk.credentials(of, undefined, { scope: 'short' })
  expect(contentOf(own)).toMatchObject({ expires_in: 60 })
  const created = await walk.call('/auth/token/create', {
    ...{ grantType: 'AUTHORIZATION_CODE', clientId: of.number, subject: 'alice', scopes: ['both'] },
  })
  expect(created.json).toMatchObject({ expiresIn: 50 })
})
