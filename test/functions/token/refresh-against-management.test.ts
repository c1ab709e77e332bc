import { beforeEach, describe, expect, test } from 'vitest'
import { readCertificate, type Der } from '../../../shared/certificate/pem.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { delayFirstRequest } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import type { Received } from '../../support/gateway.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime)
const client = await walk.addClient(BASIC, BOUND)
const scope = 'read write admin'

/** A refresh between whose read and write `meanwhile` happens. */
async function refreshDuring(refreshToken: string, meanwhile: () => Promise<unknown>): Promise<Received> {
  proxy.fate = delayFirstRequest('UpdateItem', meanwhile)
  return walk.refresh(client, refreshToken, OWN)
}

const update = (accessToken: string, members: object) =>
  walk.call('/auth/token/update', { accessToken, ...members })
const scopesOf = async (token: string) => (await walk.introspect(token, OWN)).json['scopes']

describe.each([
  ['rotated', false],
  ['kept', true],
])('refresh tokens are %s', (_name, refreshTokenKept) => {
  beforeEach(() => walk.setService({ refreshTokenKept }))
  const setUp = () => walk.granted(client, OWN, { scope })

  test('a refresh under way does not give back the binding that an update replaces', async () => {
    const granted = await setUp()
    const certificateThumbprint = thumbprint(readCertificate(OTHER) as Der)
    const refreshed = await refreshDuring(granted.refresh, () =>
      update(granted.access, { certificateThumbprint }),
    )
    expect(outcome(refreshed)).toMatch(/^BAD_REQUEST A\d{6} invalid_grant$/)
  })

  test('an update of the terms is done although a refresh comes between its read and its write', async () => {
    const granted = await setUp()
    let refreshed: Received | undefined
    proxy.fate = delayFirstRequest('UpdateItem', async () => {
      refreshed = await walk.refresh(client, granted.refresh, OWN)
    })
    expect(outcome(await update(granted.access, { scopes: ['read'] }))).toBe('OK A135001')
    expect(await scopesOf(tokensOf(refreshed as Received).access)).toEqual(['read'])
  })

  test('an update of the end of an access token is refused if a refresh has replaced the token', async () => {
    const granted = await setUp()
    proxy.fate = delayFirstRequest('UpdateItem', () => walk.refresh(client, granted.refresh, OWN))
    const accessTokenExpiresAt = (START + 5) * 1000
    expect(outcome(await update(granted.access, { accessTokenExpiresAt }))).toMatch(/A134202/)
  })
})

test('a refresh that other writers overtake ten times is 503 with Retry-After, never invalid_grant', async () => {
  await walk.setService({ refreshTokenKept: true })
  const { access, refresh } = await walk.granted(client, OWN, { scope })
  let changes = 0
  proxy.fate = async ({ operation, body }, forward) => {
    const isRefresh = operation === 'UpdateItem' && JSON.stringify(body).includes('accessDigest')
    if (isRefresh && changes < 10) {
      changes += 1
      await update(access, { properties: [{ key: 'n', value: String(changes) }] })
    }
    return forward()
  }
  const { status, headers, text } = await walk.refresh(client, refresh, OWN)
  expect([status, headers['retry-after'], changes]).toEqual([503, '1', 10])
  expect(text).not.toContain('invalid_grant')
  expect(outcome(await walk.refresh(client, refresh, OWN))).toBe('OK A053001')
})
