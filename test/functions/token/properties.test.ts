import { decodeJwt } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { contentOf, outcome, tokensOf } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, form, PUBLIC, REDIRECT_URI } from '../../support/walk.ts'

const TIER = { key: 'tier', value: 'gold', hidden: false }
const SECRET = { key: 'risk', value: 'high', hidden: true }

const walk = await testWalk()
const { tables } = walk.runtime
const client = await walk.addClient(PUBLIC)
const codeWith = (members: object) => walk.code(client, {}, { ...members })
const redeem = (code: string, members: object = {}) =>
  walk.token(client, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }, { ...members })
const refresh = (token: string, members: object = {}) =>
  walk.token(client, { grant_type: 'refresh_token', refresh_token: token }, { ...members })
const standard = async (token: string, members: object = {}) =>
  contentOf(await walk.call('/auth/introspection/standard', { parameters: form({ token }), ...members }))

describe.each(['opaque', 'jwt'])('properties of %s tokens', (format) => {
  beforeEach(() => (format === 'jwt' ? walk.setService({ accessTokenSignAlg: 'ES256' }) : Promise.resolve()))

  test('visible properties are in every answer, and hidden ones only in answers of the Web API', async () => {
    const answer = await redeem(await codeWith({ properties: [TIER, SECRET] }))
    expect(answer.json['properties']).toEqual([TIER, SECRET])
    expect(contentOf(answer)).toMatchObject({ tier: 'gold', token_type: 'Bearer' })
    expect(contentOf(answer)).not.toHaveProperty('risk')
    const { access, refresh } = tokensOf(answer)
    expect((await walk.introspect(access)).json['properties']).toEqual([TIER, SECRET])
    for (const token of [access, refresh]) {
      expect(await standard(token)).toMatchObject({ active: true, tier: 'gold' })
      expect(await standard(token)).not.toHaveProperty('risk')
      expect(await standard(token, { withHiddenProperties: false })).not.toHaveProperty('risk')
      expect(await standard(token, { withHiddenProperties: true })).toMatchObject({
        active: true,
        tier: 'gold',
        risk: 'high',
      })
    }
    if (format === 'jwt') {
      expect(decodeJwt(access)).toMatchObject({ tier: 'gold' })
      expect(decodeJwt(access)).not.toHaveProperty('risk')
    }
  })

  test('properties of the token call are added, and replace those of the same key', async () => {
    const given = [
      { key: 'tier', value: 'silver' },
      { key: 'shop', value: '7', hidden: null },
    ]
    const answer = await redeem(await codeWith({ properties: [TIER, SECRET] }), { properties: given })
    const shop = { key: 'shop', value: '7', hidden: false }
    const silver = { ...TIER, value: 'silver' }
    expect(answer.json['properties']).toEqual([silver, SECRET, shop])
    const refreshed = await refresh(tokensOf(answer).refresh, { properties: [{ key: 'shop', value: null }] })
    expect(refreshed.json['properties']).toEqual([silver, SECRET, { ...shop, value: '' }])
    expect(contentOf(refreshed)).toMatchObject({ tier: 'silver', shop: '' })
    const { access } = tokensOf(refreshed)
    expect((await walk.introspect(access)).json['properties']).toEqual(refreshed.json['properties'])
  })
})

test('a client credentials token has the properties of its own call', async () => {
  const confidential = await walk.addClient(BASIC)
  const answer = await walk.token(
    confidential,
    { grant_type: 'client_credentials' },
    { properties: [TIER], clientCertificate: undefined },
  )
  expect(answer.json['properties']).toEqual([TIER])
  expect(contentOf(answer)['tier']).toBe('gold')
})

test('the OAuth face returns only the visible properties', async () => {
  const issued = await walk.issue((await walk.authorize(client)).json['ticket'], {
    properties: [TIER, SECRET],
  })
  const code = issued.json['authorizationCode']
  const asked = { grant_type: 'authorization_code', code, client_id: client.id, redirect_uri: REDIRECT_URI }
  const { json } = await walk.post('/token', asked)
  expect(json).toMatchObject({ tier: 'gold' })
  expect(JSON.stringify(json)).not.toContain('risk')
})

test.each([
  ['an array', [TIER]],
  ['JSON text', JSON.stringify([TIER])],
])('properties may be %s', async (_name, properties) => {
  expect((await redeem(await codeWith({ properties }))).json['properties']).toEqual([TIER])
  expect((await redeem(await codeWith({}), { properties })).json['properties']).toEqual([TIER])
})

test.each([[undefined], [null], [''], [[]], ['[]']])('properties of %j count as none', async (properties) => {
  const answer = await redeem(await codeWith({ properties }), { properties })
  expect(outcome(answer)).toBe('OK A050001')
  expect(answer.json).not.toHaveProperty('properties')
})

test.each([['text'], ['{}'], [{}], [7], [[{}]], [[{ key: '' }]], [[{ key: 'a', value: 1 }]], [[null]]])(
  'properties of %j are refused by name at both endpoints, and nothing is consumed',
  async (properties) => {
    const { json } = await walk.authorize(client)
    const issued = await walk.issue(json['ticket'], { properties })
    expect([issued.status, issued.json['resultCode']]).toEqual([400, 'A001294'])
    expect(issued.json['resultMessage']).toContain("'properties'")
    const code = (await walk.issue(json['ticket'])).json['authorizationCode'] as string
    const redeemed = await redeem(code, { properties })
    expect([redeemed.status, redeemed.json['resultCode']]).toEqual([400, 'A001294'])
    expect(outcome(await redeem(code))).toBe('OK A050001')
  },
)

test.each(['access_token', 'scope', 'active', 'sub', 'cnf', 'client_id', 'exp', 'token_type', 'aud'])(
  'a property may not be called %s, hidden or not',
  async (key) => {
    const { json } = await walk.authorize(client)
    for (const hidden of [true, false]) {
      const properties = [TIER, { key, value: 'x', hidden }]
      const issued = await walk.issue(json['ticket'], { properties })
      expect([issued.status, issued.json['resultCode']]).toEqual([400, 'A001298'])
      expect(issued.json['resultMessage']).toContain(`'${key}'`)
      const redeemed = await redeem('any', { properties })
      expect([redeemed.status, redeemed.json['resultCode']]).toEqual([400, 'A001298'])
    }
  },
)

test.each(['__proto__', 'constructor'])('a property may be called %s', async (key) => {
  const answer = await redeem(await codeWith({ properties: [{ key, value: 'x' }] }))
  expect(answer.json['properties']).toEqual([{ key, value: 'x', hidden: false }])
  expect(Object.getOwnPropertyDescriptor(contentOf(answer), key)?.value).toBe('x')
})

/** JSON of one property with this value is exactly as long as is allowed. */
const [LONGEST] = [4096 - JSON.stringify([{ key: 'k', value: '', hidden: false }]).length]
const property = (length: number, key = 'k') => [{ key, value: 'x'.repeat(length) }]

test('the size of properties is limited at issue, and the ticket is not consumed', async () => {
  const { json } = await walk.authorize(client)
  const larger = await walk.issue(json['ticket'], { properties: property(LONGEST + 1) })
  expect(outcome(larger)).toBe('INTERNAL_SERVER_ERROR A045201 server_error')
  const largest = await walk.issue(json['ticket'], { properties: property(LONGEST) })
  expect(outcome(largest)).toBe('LOCATION A040001')
})

test('the size of properties counts bytes, and includes the properties of the grant', async () => {
  const code = await codeWith({ properties: property(LONGEST) })
  const more = await redeem(code, { properties: [{ key: 'l', value: '' }] })
  expect(outcome(more)).toBe('INTERNAL_SERVER_ERROR A050201 server_error')
  const wide = await redeem(code, { properties: [{ key: 'k', value: 'é'.repeat(LONGEST) }] })
  expect(outcome(wide)).toBe('INTERNAL_SERVER_ERROR A050201 server_error')
  const answer = await redeem(code)
  expect(outcome(answer)).toBe('OK A050001')
  const { refresh: token } = tokensOf(answer)
  const further = await refresh(token, { properties: property(9, 'l') })
  expect(outcome(further)).toBe('INTERNAL_SERVER_ERROR A050201 server_error')
  expect(outcome(await refresh(token))).toBe('OK A053001')
})

test('the largest item stays under 16 KB', async () => {
  const scopes = Array.from({ length: 4 }, (_, i) => String(i).repeat(1023))
  await walk.setService({ supportedScopes: scopes.map((name) => ({ name })) })
  const large = await walk.addClient(PUBLIC)
  const ticket = (await walk.authorize(large, { scope: scopes.join(' ') })).json['ticket']
  const jwtAtClaims = JSON.stringify({ a: 'x'.repeat(2048 - '{"a":""}'.length) })
  const { json } = await walk.issue(ticket, { properties: property(LONGEST), jwtAtClaims })
  expect(outcome(await walk.redeem(large, json['authorizationCode'] as string))).toBe('OK A050001')
  const [item] = await tables.grantsOf(walk.number, large.number)
  expect(JSON.stringify(item).length).toBeGreaterThan(14000)
  expect(JSON.stringify(item).length).toBeLessThan(16384)
})

test('introspection reads the largest JWT that is issued', async () => {
  await walk.setService({ accessTokenSignAlg: 'ES256' })
  const jwtAtClaims = JSON.stringify({ a: 'x'.repeat(2000) })
  const { json } = await walk.authorize(client)
  const properties = property(LONGEST)
  const code = (await walk.issue(json['ticket'], { properties, jwtAtClaims })).json['authorizationCode']
  const refused = await redeem(code as string)
  expect(outcome(refused)).toBe('INTERNAL_SERVER_ERROR A050202 server_error')
  const hidden = [{ ...properties[0], hidden: true }]
  const answer = await redeem(code as string, { properties: hidden })
  expect(outcome(await walk.introspect(tokensOf(answer).access))).toBe('OK A056001')
})
