import { describe, expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { OPENID, OPENID_PROVIDER } from '../../support/openid.ts'
import { pushing } from '../../support/pushing.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC } from '../../support/walk.ts'

const walk = await testWalk(OPENID_PROVIDER)
const { pushed, start } = pushing(walk)
const client = await walk.addClient(PUBLIC)

const CLAIMS = {
  id_token: { acr: { essential: true, values: ['gold', 'silver'] }, auth_time: null, email: null },
  userinfo: { name: { essential: true }, picture: null },
  other: 'ignored',
}
const asked = { ...OPENID, nonce: 'n', claims: JSON.stringify(CLAIMS) }

/** The members about the end-user. */
async function answered(parameters: object) {
  const { json } = await walk.authorize(client, { ...parameters })
  expect(json['action']).toBe('INTERACTION')
  return json
}

test('the front end learns what the client asks about the end-user and the login', async () => {
  const json = await answered({ ...asked, scope: 'openid email', max_age: '60', claims_locales: 'de fr' })
  expect(json).toMatchObject({
    resultMessage: expect.stringMatching(/\[response_type=code, openid=true\]$/) as string,
    acrs: ['gold', 'silver'],
    ...{ acrEssential: true, maxAge: 60, claimsLocales: ['de', 'fr'] },
    claims: ['acr', 'auth_time', 'email', 'email_verified'],
    claimsAtUserInfo: ['name', 'picture', 'email', 'email_verified'],
    idTokenClaims: JSON.stringify(CLAIMS.id_token),
    userInfoClaims: JSON.stringify(CLAIMS.userinfo),
  })
  expect(json).not.toHaveProperty('subject')
})

test('a pushed request asks the same as a plain one', async () => {
  const { json } = await start(client, await pushed(client, { ...asked, max_age: '60' }))
  const { ticket: _, ...members } = await answered({ ...asked, max_age: '60' })
  expect(json).toMatchObject(members)
})

test('a request without openid, or to a service without it, is one of plain OAuth 2.0', async () => {
  const ofNone = { ...asked, redirect_uri: undefined, nonce: 'n'.repeat(600), claims: 'no JSON' }
  const check = async (scope: string) => {
    const json = await answered({ ...ofNone, scope })
    expect(json['resultMessage']).toContain('openid=false')
    for (const name of ['claims', 'idTokenClaims', 'subject']) expect(json).not.toHaveProperty(name)
  }
  await check('read')
  await walk.setService({ supportedScopes: [{ name: 'read' }] })
  await check('openid read')
})

describe('authentication context classes', () => {
  const acrsOf = async (parameters: object) => {
    const { acrs, acrEssential } = await answered(parameters)
    return [acrs, acrEssential]
  }
  const acr = (member: object) => ({ ...OPENID, claims: JSON.stringify({ id_token: { acr: member } }) })

  test('authentication context classes of claims come before acr_values, and these before the default of the client', async () => {
    expect(await acrsOf({ ...acr({ value: 'gold' }), acr_values: 'a b' })).toEqual([['gold'], false])
    expect(await acrsOf({ ...OPENID, acr_values: 'a  b' })).toEqual([['a', 'b'], false])
    expect(await acrsOf({ acr_values: 'a' })).toEqual([['a'], false])
    await walk.setClient(client, { defaultAcrs: ['c'], defaultMaxAge: 300 })
    expect(await acrsOf(OPENID)).toEqual([['c'], false])
    expect(await acrsOf(acr({ essential: true }))).toEqual([['c'], true])
    expect((await answered(OPENID))['maxAge']).toBe(300)
    expect((await answered({ ...OPENID, max_age: '5' }))['maxAge']).toBe(5)
    await walk.setClient(client, {})
  })
})

test('the subject that the client demands is in the answer', async () => {
  const sub = { value: 'alice' }
  for (const claims of [
    { id_token: { sub } },
    { userinfo: { sub } },
    { id_token: { sub }, userinfo: { sub } },
  ])
    expect((await answered({ ...OPENID, claims: JSON.stringify(claims) }))['subject']).toBe('alice')
})

describe('limits', () => {
  const ofBytes = (bytes: number) => {
    const claims = JSON.stringify({ id_token: { [`é${'x'.repeat(bytes)}`]: null } })
    return claims.replace('x'.repeat(Buffer.byteLength(claims) - bytes), '')
  }

  test('a nonce has 512 bytes at most, and claims 2048', async () => {
    expect(Buffer.byteLength(ofBytes(2048))).toBe(2048)
    await answered({ ...OPENID, nonce: `é${'n'.repeat(510)}`, claims: ofBytes(2048) })
    const refused = async (parameters: object) =>
      outcome(await walk.authorize(client, { ...OPENID, ...parameters }))
    expect(await refused({ nonce: `é${'n'.repeat(511)}` })).toBe('LOCATION A014391 invalid_request')
    expect(await refused({ claims: ofBytes(2049) })).toBe('LOCATION A014393 invalid_request')
  })
})

test.each([
  '[]',
  'null',
  '{',
  '{"id_token":[]}',
  '{"id_token":{"acr":"gold"}}',
  '{"userinfo":7}',
  '{"id_token":{"acr":{"values":[1]}}}',
  '{"id_token":{"acr":{"value":""}}}',
  '{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}',
  '{"id_token":{"sub":{"value":"a","value":"b"}}}',
])('claims=%s is refused', async (claims) => {
  const answer = await walk.authorize(client, { ...OPENID, claims })
  expect(outcome(answer)).toBe('LOCATION A004399 invalid_request')
})

test('null in place of a member of claims counts as an absent member', async () => {
  expect(await answered({ ...OPENID, claims: '{"id_token":null,"userinfo":null}' })).not.toHaveProperty(
    'claims',
  )
})

test.each(['id_token', 'code id_token', 'code token', 'id_token token', 'code id_token token'])(
  'the response type %s is refused',
  async (response_type) => {
    const answer = await walk.authorize(client, { ...asked, response_type })
    expect(outcome(answer)).toBe('LOCATION A009305 unsupported_response_type')
  },
)

test('openid is refused where the service has no key for the client, before the end-user is asked', async () => {
  const other = await walk.addClient(PUBLIC, { idTokenSignAlg: 'PS256' })
  expect(outcome(await walk.authorize(other, OPENID))).toBe('LOCATION A014394 server_error')
  expect(outcome(await walk.authorize(other, { scope: 'read' }))).toBe('INTERACTION A004001')
})

describe('the authorization server', () => {
  const ticket = async (claims: object, parameters = {}) => {
    const { json } = await walk.authorize(client, {
      ...OPENID,
      claims: JSON.stringify(claims),
      ...parameters,
    })
    return json['ticket']
  }
  const issued = async (text: unknown, members: object) => outcome(await walk.issue(text, { ...members }))

  test('the authorization server must give authTime where the client demands auth_time', async () => {
    const demanding = [{ max_age: '0' }, { claims: '{"id_token":{"auth_time":{"essential":true}}}' }]
    for (const parameters of demanding) {
      const text = await ticket({}, parameters)
      expect(await issued(text, {})).toBe('INTERNAL_SERVER_ERROR A045294 server_error')
      expect(await issued(text, { authTime: 1 })).toBe('LOCATION A040001')
    }
    expect(await issued(await ticket({ id_token: { auth_time: null } }), {})).toBe('LOCATION A040001')
    await walk.setClient(client, { authTimeRequired: true })
    expect(await issued(await ticket({}), {})).toBe('INTERNAL_SERVER_ERROR A045294 server_error')
    await walk.setClient(client, {})
  })

  test('the authorization server must give one of the essential authentication context classes', async () => {
    const text = await ticket({ id_token: CLAIMS.id_token })
    for (const members of [{}, { acr: 'bronze' }])
      expect(await issued(text, members)).toBe('INTERNAL_SERVER_ERROR A045295 server_error')
    expect(await issued(text, { acr: 'silver' })).toBe('LOCATION A040001')
    const voluntary = await ticket({ id_token: { acr: { values: ['gold'] } } })
    expect(await issued(voluntary, { acr: 'bronze' })).toBe('LOCATION A040001')
  })

  test('the authorization server cannot answer for another end-user than the client demands', async () => {
    const text = await ticket({ id_token: { sub: { value: 'alice' } } })
    for (const members of [{ subject: 'bob' }, { subject: 'alice', sub: 'bob' }])
      expect(await issued(text, members)).toBe('INTERNAL_SERVER_ERROR A045296 server_error')
    expect(await issued(text, { subject: 'bob', sub: 'alice' })).toBe('LOCATION A040001')
  })
})
