import { afterEach, expect, test } from 'vitest'
import { cut, pass } from '../../../support/cutting-proxy.ts'
import { outcome } from '../../../support/answers.ts'
import { basic, OWN } from '../../../support/walk.ts'
import type { WalkedSite } from './packaged-site.ts'

const CALLS = [
  ['/auth/authorization', { parameters: 'response_type=code' }],
  ['/auth/token', { parameters: 'grant_type=client_credentials' }],
  ['/auth/introspection', { token: 'any' }],
  ['/auth/introspection/standard', { parameters: 'token=any' }],
  ['/auth/revocation', { parameters: 'token=any' }],
  ['/auth/token/revoke', { accessTokenIdentifier: 'any' }],
  ['/client/create', {}],
] as const

export function storeDown(at: () => WalkedSite): void {
  afterEach(() => {
    at().site.proxy.fate = pass
  })

  test.each(CALLS)('%s of the Web API answers 503 without the store', async (api, members) => {
    const { site, walk } = at()
    site.proxy.fate = cut
    const answer = await walk.call(api, members)
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      json: { resultCode: 'A001191' },
    })
  })

  test('OAuth endpoints answer 503 without the store, and work as before when it is back', async () => {
    const { site, walk, client } = at()
    const issued = await walk.post('/token', { grant_type: 'client_credentials' }, OWN, basic(client))
    const token = issued.json['access_token'] as string
    site.proxy.fate = cut
    for (const [route, parameters] of [
      ['/token', { grant_type: 'client_credentials' }],
      ['/introspection', { token }],
      ['/introspection/standard', { token }],
      ['/revocation', { token }],
    ] as const) {
      const answer = await walk.post(route, parameters, OWN, basic(client))
      expect(answer).toMatchObject({ status: 503, json: { error: 'temporarily_unavailable' } })
    }
    site.proxy.fate = pass
    expect(outcome(await walk.introspect(token, OWN))).toBe('OK A056001')
  })
}
