import { describe, expect, test } from 'vitest'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import type { RouteRules } from '../../../shared/resource-server/route-rules.ts'
import { ask, SERVERS } from '../../support/resource-servers.ts'
import { HOLDER, signedTokens } from '../../support/signed-tokens.ts'

const { options, claims, jwt } = signedTokens()
const now = claims.iat
const resource = protectedResource({ ...options, currentDate: () => new Date(now * 1000) })

async function answered(rules: RouteRules, token: object) {
  const rawHeaders = ['authorization', `Bearer ${jwt(token)}`]
  const decided = await resource(rules)({ rawHeaders, certificate: HOLDER.cert })
  return decided.allowed ? 'allowed' : `${decided.status} ${decided.headers['www-authenticate']}`
}

const stepUp = (members: string) => `401 Bearer error="insufficient_user_authentication",${members}`

describe('a route that requires an authentication of the end-user (RFC 9470)', () => {
  const acrValues = ['urn:bank:2', 'urn:bank:3']
  test.each<[string, RouteRules, object, string]>([
    ['one of the classes', { acrValues }, { acr: 'urn:bank:3' }, 'allowed'],
    ['another class', { acrValues }, { acr: 'urn:bank:1' }, stepUp('acr_values="urn:bank:2 urn:bank:3"')],
    ['no class', { acrValues }, {}, stepUp('acr_values="urn:bank:2 urn:bank:3"')],
    ['a class in a list', { acrValues }, { acr: acrValues }, stepUp('acr_values="urn:bank:2 urn:bank:3"')],
    [
      'both classes in one text',
      { acrValues },
      { acr: acrValues.join(' ') },
      stepUp('acr_values="urn:bank:2 urn:bank:3"'),
    ],
    ['an authentication of this second', { maxAge: 0 }, { auth_time: now }, 'allowed'],
    ['one of the last second that counts', { maxAge: 60 }, { auth_time: now - 60 }, 'allowed'],
    ['an older one', { maxAge: 60 }, { auth_time: now - 61 }, stepUp('max_age="60"')],
    ['no time', { maxAge: 60 }, {}, stepUp('max_age="60"')],
    ['a time that is text', { maxAge: 60 }, { auth_time: String(now) }, stepUp('max_age="60"')],
    [
      'the class without the time',
      { acrValues: ['a'], maxAge: 60 },
      { acr: 'a' },
      stepUp('acr_values="a",max_age="60"'),
    ],
    ['both', { acrValues: ['a'], maxAge: 60 }, { acr: 'a', auth_time: now - 1 }, 'allowed'],
    [
      'the class without the scope',
      { acrValues: ['a'], scopes: ['write'] },
      {},
      '403 Bearer error="insufficient_scope",scope="write"',
    ],
  ])('a token with %s', async (_what, rules, token, expected) => {
    expect(await answered(rules, token)).toBe(expected)
  })

  test('a token with another certificate learns nothing of it', async () => {
    const rawHeaders = ['authorization', `Bearer ${jwt()}`]
    expect(await resource({ acrValues })({ rawHeaders, certificate: undefined })).toMatchObject({
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    })
  })
})

test.each(Object.entries(SERVERS))('%s takes the rules of a route', async (_name, start) => {
  const server = await start(resource, { scopes: ['read'], acrValues: ['2'] })
  const authorization = (acr: string) => ({ authorization: `Bearer ${jwt({ acr })}` })
  expect((await ask(server, authorization('2'), HOLDER)).status).toBe(200)
  const { status, text } = await ask(server, authorization('1'), HOLDER)
  expect([status, text]).toEqual([401, '{"error":"insufficient_user_authentication"}'])
  await server.close()
})

test.each<[string, RouteRules]>([
  ['a class with a quotation mark', { acrValues: ['a"b'] }],
  ['a class with a space', { acrValues: ['a b'] }],
  ['no class', { acrValues: [] }],
  ['a negative age', { maxAge: -1 }],
  ['half a second', { maxAge: 0.5 }],
  ['an empty scope', { scopes: [''] }],
  ['a scope with a space', { scopes: ['a b'] }],
])('a resource throws a TypeError for %s', (_what, rules) => {
  expect(() => resource(rules)).toThrow(TypeError)
})
