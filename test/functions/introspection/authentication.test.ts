import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN, TOKEN_FORMS } from '../../support/walk.ts'

const runtime = await testRuntime()

const AUTH_TIME = START - 100
const TOLD = { acr: 'phr', authTime: AUTH_TIME }
const INSUFFICIENT = (code: string) => `UNAUTHORIZED ${code} insufficient_user_authentication`

describe.each(TOKEN_FORMS)('%s access tokens', async (kind, settings) => {
  const walk = await openWalk(runtime, settings)
  const client = await walk.addClient(BASIC)

  async function told(token: string) {
    const { acr, authTime } = (await walk.introspect(token)).json
    const { acr: standardAcr, auth_time } = await walk.standard(token)
    const claims = kind === 'JWT' ? decodeJwt(token) : { acr: standardAcr, auth_time }
    expect([claims['acr'], claims['auth_time']]).toEqual([standardAcr, auth_time])
    expect([standardAcr, auth_time]).toEqual([acr, authTime])
    return { acr, authTime }
  }

  test('introspection and JWT have acr and auth_time, also after a refresh', async () => {
    const first = tokensOf(await walk.redeem(client, await walk.code(client, {}, TOLD)))
    expect(await told(first.access)).toEqual(TOLD)
    expect(await walk.standard(first.refresh)).toMatchObject({ acr: 'phr', auth_time: AUTH_TIME })
    const second = tokensOf(await walk.refresh(client, first.refresh))
    expect(await told(second.access)).toEqual(TOLD)
  })

  test('tokens of token management have acr and auth_time, also when their value is replaced', async () => {
    const { json } = await walk.call('/auth/token/create', {
      ...{ grantType: 'AUTHORIZATION_CODE', clientId: client.number, subject: 'alice', ...TOLD },
      jwtAtClaims: '{"tenant":"a"}',
    })
    const access = String(json['jwtAccessToken'] ?? json['accessToken'])
    expect(await told(access)).toEqual(TOLD)
    const updated = await walk.call('/auth/token/update', {
      accessToken: access,
      accessTokenValueUpdated: true,
    })
    const renewed = String(updated.json['jwtAccessToken'] ?? updated.json['accessToken'])
    expect(await told(renewed)).toEqual(TOLD)
    if (kind === 'JWT') expect([access, renewed].map((jwt) => decodeJwt(jwt)['tenant'])).toEqual(['a', 'a'])
  })

  test.each([{}, { acr: null, authTime: 0 }, { acr: '', authTime: null }])(
    'tokens have neither acr nor auth_time after an issue with %j',
    async (members) => {
      const { access } = tokensOf(await walk.redeem(client, await walk.code(client, {}, members)))
      const answer = await walk.introspect(access)
      expect(answer.json).not.toHaveProperty('acr')
      expect(answer.json).not.toHaveProperty('authTime')
      expect(await walk.standard(access)).not.toHaveProperty('auth_time')
    },
  )
})

describe('acr and authTime of issue', async () => {
  const walk = await openWalk(runtime)
  const client = await walk.addClient(BASIC)

  test.each([
    ['acr', 7],
    ['acr', 'x'.repeat(257)],
    ['authTime', 'yesterday'],
    ['authTime', 1.5],
    ['authTime', -1],
    ['authTime', 1e15],
  ])('issue refuses the %s %j', async (name, value) => {
    const { json } = await walk.authorize(client)
    const answer = await walk.issue(json['ticket'], { [name]: value })
    expect([answer.status, answer.json['resultCode']]).toEqual([400, 'A001294'])
    expect(outcome(await walk.issue(json['ticket']))).toBe('LOCATION A040001')
  })

  test('issue takes acr and authTime in a form', async () => {
    const { json } = await walk.authorize(client)
    const members = { ticket: json['ticket'], subject: 'alice', acr: 'phr', authTime: AUTH_TIME }
    const issued = await walk.callByForm('/auth/authorization/issue', members)
    const answer = await walk.redeem(client, String(issued.json['authorizationCode']))
    expect((await walk.introspect(tokensOf(answer).access)).json).toMatchObject(TOLD)
  })
})

describe('a resource may require an authentication', async () => {
  const walk = await openWalk(runtime)
  const client = await walk.addClient(BASIC)
  const access = tokensOf(await walk.redeem(client, await walk.code(client, {}, TOLD))).access
  const asking = (members: object) => walk.introspect(access, undefined, { ...members })

  test.each<[object, string]>([
    [{ acrValues: ['phr'] }, 'OK A056001'],
    [{ acrValues: ['phrh', 'phr'] }, 'OK A056001'],
    [{ acrValues: ['phrh'] }, INSUFFICIENT('A065393')],
    [{ acrValues: ['PHR'] }, INSUFFICIENT('A065393')],
    [{ acrValues: [] }, 'OK A056001'],
    [{ acrValues: null, maxAge: 0 }, 'OK A056001'],
    [{ maxAge: 101 }, 'OK A056001'],
    [{ maxAge: 100 }, 'OK A056001'],
    [{ maxAge: 99 }, INSUFFICIENT('A065394')],
    [{ acrValues: ['phr'], maxAge: 99 }, INSUFFICIENT('A065394')],
    [{ maxAge: -1 }, '400 A001294'],
    [{ acrValues: [7] }, '400 A001294'],
  ])('introspection with the requirement %j is answered with %s', async (members, expected) => {
    expect(outcome(await asking(members))).toBe(expected)
  })

  test('the challenge has the required acr_values or max_age (RFC 9470 section 3)', async () => {
    const byAcr = await asking({ acrValues: ['a', 'b'] })
    expect(byAcr.json).toMatchObject({ existent: true, usable: true, sufficient: true })
    expect(byAcr.json['responseContent']).toMatch(
      /^Bearer error="insufficient_user_authentication",.*,acr_values="a b"$/,
    )
    expect((await asking({ maxAge: 7 })).json['responseContent']).toMatch(/,max_age="7"$/)
    expect((await asking({ acrValues: ['a"b'] })).json['responseContent']).not.toContain('acr_values')
  })

  test('a token without acr and auth_time satisfies no requirement', async () => {
    const client = await walk.addClient(BASIC)
    const silent = tokensOf(await walk.credentials(client)).access
    expect(outcome(await walk.introspect(silent, undefined, { acrValues: ['phr'] }))).toBe(
      INSUFFICIENT('A065393'),
    )
    expect(outcome(await walk.introspect(silent, undefined, { maxAge: 86_400 }))).toBe(
      INSUFFICIENT('A065394'),
    )
  })

  test('a requirement on the authentication is judged after the certificate', async () => {
    const bound = await walk.addClient(BASIC, BOUND)
    const { access } = await walk.granted(bound, OWN)
    const members = { acrValues: ['phr'] }
    expect(outcome(await walk.introspect(access, OTHER, members))).toBe('UNAUTHORIZED A065305 invalid_token')
    expect(outcome(await walk.introspect(access, OWN, members))).toBe(INSUFFICIENT('A065393'))
  })

  test('a requirement on the age of an authentication follows the clock', async () => {
    runtime.clock.now = addSeconds(START, 1)
    expect(outcome(await asking({ maxAge: 100 }))).toBe(INSUFFICIENT('A065394'))
  })
})

test('introspection has the attributes of service and client, and the details of the scopes', async () => {
  const attributes = [{ key: 'tier', value: 'gold' }]
  const own = [{ key: 'sector', value: 'bank' }]
  const walk = await openWalk(runtime, { attributes })
  const client = await walk.addClient(BASIC, { attributes: own })
  const { access } = await walk.granted(client, undefined, { scope: 'read write' })
  expect((await walk.introspect(access)).json).toMatchObject({
    serviceAttributes: attributes,
    clientAttributes: own,
    scopeDetails: [
      { name: 'read', defaultEntry: false, description: 'Read' },
      { name: 'write', defaultEntry: false },
    ],
  })
  const plain = await openWalk(runtime)
  const bare = tokensOf(await plain.credentials(await plain.addClient(BASIC))).access
  const { json } = await plain.introspect(bare)
  for (const name of ['serviceAttributes', 'clientAttributes', 'scopeDetails', 'scopes']) {
    expect(json).not.toHaveProperty(name)
  }
  expect(
    contentOf(await plain.call('/auth/introspection/standard', { parameters: `token=${bare}` })),
  ).not.toHaveProperty('serviceAttributes')
})
