import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { newProofKey } from '../../support/proof-keys.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, openWalk, PUBLIC } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime, { dpopNonceRequired: true })
const client = await walk.addClient(BASIC)
const key = newProofKey()

/** The calls that a request makes to the store when the registry is warm: the operations, and the names in them. */
async function storeCalls(ask: () => Promise<unknown>): Promise<string[]> {
  proxy.passed.length = 0
  await ask()
  return proxy.passed.map(({ operation, body }) => {
    const named = /(?:dpop|nonce)#/.exec(JSON.stringify(body))?.[0] ?? ''
    return `${operation} ${named}`.trim()
  })
}

test('a request without a proof asks nothing more of the store, and one with a proof one write', async () => {
  const ask = (members: Readonly<Record<string, unknown>> = {}) =>
    walk.token(client, { grant_type: 'client_credentials' }, members)
  await ask()
  const { json } = await ask({ dpop: key.proof() })
  await ask({ dpop: key.proof() })
  expect(await storeCalls(() => ask())).toEqual(['PutItem'])
  const nonce = json['dpopNonce']
  expect(await storeCalls(() => ask({ dpop: key.proof({ nonce }) }))).toEqual(['PutItem dpop#', 'PutItem'])
  expect(await storeCalls(() => ask({ dpop: key.proof() }))).toEqual([])
  expect(await storeCalls(() => ask({ dpop: key.proof({ nonce, htm: 'GET' }) }))).toEqual([])
})

test('a refresh that judges the grant again uses its proof up once', async () => {
  const from = await walk.addClient(PUBLIC)
  await walk.setService({ dpopNonceRequired: false })
  runtime.clock.now = addSeconds(runtime.clock.now, 11)
  const iat = runtime.clock.now
  const asked = { grant_type: 'authorization_code', code: await walk.code(from) }
  const redirect_uri = from.settings.redirectUris?.[0]
  const redeemed = await walk.token(from, { ...asked, redirect_uri }, { dpop: key.proof({ iat }) })
  const { refreshToken, accessToken } = redeemed.json
  let isFirst = true
  proxy.fate = async ({ operation }, forward) => {
    // Another writer comes between the read and the write of the refresh.
    if (operation === 'PutItem' && isFirst) {
      isFirst = false
      await walk.call('/auth/token/update', { accessToken, properties: [{ key: 'a', value: 'b' }] })
    }
    return forward()
  }
  const parameters = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const calls = await storeCalls(async () => {
    const refreshed = await walk.token(from, parameters, { dpop: key.proof({ iat }) })
    expect(outcome(refreshed)).toBe('OK A053001')
  })
  expect(calls.filter((call) => call === 'PutItem dpop#')).toHaveLength(1)
  expect(calls.filter((call) => call === 'UpdateItem').length).toBeGreaterThan(2)
})
