import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { mutualTlsRequest } from '../../infra/connections/mutual-tls-request.ts'
import { identity, vector } from '../infra/emulator/tls-client.ts'
import { openFapi2Deployment } from './deployment.ts'
import { standStill } from '../support/fixed-runtime.ts'
import { REDIRECT_URI } from '../support/walk.ts'
import { BY_SUBJECT, OTHERS } from './kinds.ts'
import { failure, LIBRARIES, openOauth4webapi } from './libraries.ts'
import { codeFlow, FORMATS, INVALID_TOKEN, parties, setFormat } from './walk-through.ts'

/**
 * The FAPI 2.0 Security Profile with mutual TLS, requirements M05 and M07 to M09: the code flow and the
 * resource.
 */

const deployment = await openFapi2Deployment()

describe.each(LIBRARIES)('M05, M07, M08: the code flow of %s', (_library, open) => {
  const begin = () => parties(open, deployment, BY_SUBJECT)
  const advance = (seconds: number) => {
    deployment.runtime.clock.now = addSeconds(deployment.runtime.clock.now, seconds)
  }

  test.each(FORMATS)('M05, M07, M08: the code flow gives bound tokens that are %s', async (format) => {
    await setFormat(deployment, format)
    await codeFlow(await begin(), BY_SUBJECT, format)
  })

  test('M07: a code is accepted for less than 60 seconds', async () => {
    standStill(deployment.runtime.clock)
    const { own } = await begin()
    const [first, second] = [await own.authorize('accounts:read'), await own.authorize('accounts:read')]
    advance(59)
    expect(await failure(own.exchange(first))).toBe('success')
    advance(1)
    expect(await failure(own.exchange(second))).toBe('400 invalid_grant')
  })

  test('M07: a code is accepted once, and ends its tokens when it is presented again', async () => {
    const { own } = await begin()
    const callback = await own.authorize('accounts:read')
    const { access_token } = await own.exchange(callback)
    expect(await own.use(access_token)).toBe(200)
    expect(await failure(own.exchange(callback))).toBe('400 invalid_grant')
    expect(await failure(own.use(access_token))).toBe(INVALID_TOKEN)
  })

  test('M05, M07: an authorization request must be pushed with S256, and its answer names the issuer', async () => {
    const { own } = await begin()
    const { url } = await own.authorize('accounts:read')
    expect(url.searchParams.get('iss')).toBe(deployment.issuer)
    const client = await deployment.walk.addClient(BY_SUBJECT.settings)
    const challenge = { code_challenge: 'A'.repeat(43), code_challenge_method: 'S256' }
    const { json } = await deployment.walk.authorize(client, challenge)
    const location = new URL(json['responseContent'] as string)
    expect(location.searchParams.get('error')).toBe('invalid_request')
    expect(location.searchParams.get('iss')).toBe(deployment.issuer)
    for (const wrong of [{}, { ...challenge, code_challenge_method: 'plain' }]) {
      const certificate = vector(BY_SUBJECT.holds)
      const asked = { response_type: 'code', client_id: client.id, redirect_uri: REDIRECT_URI, ...wrong }
      const answer = await deployment.walk.post('/par', asked, certificate)
      expect([answer.status, answer.json['error']]).toEqual([400, 'invalid_request'])
    }
  })

  test('M08: the same refresh token refreshes again and again', async () => {
    const { own } = await begin()
    const first = await own.exchange(await own.authorize('accounts:read'))
    const refresh = first.refresh_token ?? ''
    for (const tokens of [await own.refresh(refresh), await own.refresh(refresh)]) {
      expect(tokens.refresh_token).toBe(refresh)
    }
  })
})

const get = (target: URL, headers: Record<string, string> = {}, certificate = BY_SUBJECT.holds) =>
  mutualTlsRequest(target.href, { ca: vector('ca-root'), ...identity(certificate) }, { headers })

async function issued(scope: string): Promise<string> {
  const { own } = await parties(openOauth4webapi, deployment, BY_SUBJECT)
  return (await own.credentials(scope)).access_token
}

test('M09: a resource takes the token only from the Authorization header', async () => {
  const token = await issued('accounts:read')
  expect((await get(deployment.accounts, { authorization: `Bearer ${token}` })).status).toBe(200)
  const query = new URL(`?access_token=${token}`, deployment.accounts)
  const { status, headers } = await get(query)
  expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer'])
  const elsewhere = await get(deployment.accounts, {
    'access-token': token,
    cookie: `access_token=${token}`,
  })
  expect([elsewhere.status, elsewhere.headers['www-authenticate']]).toEqual([401, 'Bearer'])
})

test('M09: a resource checks scope, end, revocation and binding', async () => {
  const { own, as } = await parties(openOauth4webapi, deployment, BY_SUBJECT)
  const wrongScope = await own.credentials('payments:write')
  expect(await failure(own.use(wrongScope.access_token))).toBe('403 bearer insufficient_scope')
  const { access_token: token } = await own.credentials('accounts:read')
  expect(await failure((await as(OTHERS)).use(token))).toBe(INVALID_TOKEN)
  const { access_token: revoked } = await own.credentials('accounts:read')
  await own.revoke(revoked)
  expect(await failure(own.use(revoked))).toBe(INVALID_TOKEN)
  deployment.runtime.clock.now = addSeconds(deployment.runtime.clock.now, 86_400)
  expect(await failure(own.use(token))).toBe(INVALID_TOKEN)
})
