import { describe, expect, test } from 'vitest'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import type { ProfileOptions } from '../../../shared/resource-server/token-profile.ts'
import { type Documented, ISSUERS, NOW } from '../../support/documented-tokens.ts'
import { HOLDER, signedTokens } from '../../support/signed-tokens.ts'

/** The decision about a token of an issuer whose claims are exactly these. */
async function decide(of: Documented, claims: object, header: object = of.header, options = of.options) {
  const tokens = signedTokens(of.issuer)
  const absent = Object.fromEntries(Object.keys(tokens.claims).map((name) => [name, undefined]))
  const faults: (string | undefined)[] = []
  const resource = protectedResource({
    ...{ issuer: of.issuer, audience: of.audience, jwks: tokens.options.jwks, ...options },
    onRefusal: (_reason, { fault }) => faults.push(fault),
  })
  const token = tokens.jwt({ ...absent, ...claims }, header)
  const decision = await resource([])({
    rawHeaders: ['authorization', `Bearer ${token}`],
    certificate: HOLDER.cert,
  })
  return decision.allowed ? decision.token : [decision.reason, ...faults].join(': ')
}

describe.each(Object.entries(ISSUERS))('%s', (_name, of) => {
  test('the documented access token has its client and its scopes', async () => {
    const { issuer, client: clientId, scopes } = of
    expect(await decide(of, of.access)).toMatchObject({ issuer, clientId, scopes, subject: of.access['sub'] })
  })

  test('the ID token of the same issuer is refused', async () => {
    expect(await decide(of, of.identity)).toMatch(/^(id-token|audience-wrong|claim-wrong|typ-wrong)/)
    const forApi = {
      ...of.identity,
      aud: of.audience,
      ...(of.options.claims && { [of.options.claims.client]: of.audience }),
    }
    expect(await decide(of, forApi)).toMatch(/^(id-token|typ-wrong|claim-wrong)/)
  })

  test('an access token for another audience, for none, of another issuer, and an unbound one are refused', async () => {
    for (const aud of ['https://other.example.com', undefined, [], [null]])
      expect(await decide(of, { ...of.access, aud })).toMatch(/^audience-wrong/)
    expect(await decide(of, { ...of.access, iss: `${of.issuer}x` })).toMatch(/^issuer-wrong/)
    expect(await decide(of, { ...of.access, cnf: undefined })).toMatch(/^token-unbound/)
    expect(await decide(of, { ...of.access, exp: NOW - 1 })).toMatch(/^token-expired/)
  })
})

describe('the profile jwt', () => {
  const of = ISSUERS['Keycloak'] as Documented

  test.each<[string, object, string]>([
    ['at_hash', { at_hash: 'x' }, 'it has at_hash'],
    ['c_hash, even if it is null', { c_hash: null }, 'it has c_hash'],
    ['the typ of a refresh token', { typ: 'Refresh' }, 'its claim typ'],
    ['the typ of a logout token', { typ: 'Logout' }, 'its claim typ'],
    ['a typ that is not text', { typ: ['Bearer', 'ID'] }, 'its claim typ'],
    ['its own client in a list of audiences', { aud: ['accounts-api', 'app'] }, 'its aud is its own client'],
  ])('a token with %s is refused as an ID token', async (_what, changes, mark) => {
    expect(await decide(of, { ...of.access, ...changes })).toBe(
      `id-token: ${mark}${mark.endsWith('typ') ? ' is neither Bearer nor DPoP' : ''}`,
    )
  })

  test('a refusal of the audience names the mapper of Keycloak', async () => {
    expect(await decide(of, { ...of.access, aud: 'account' })).toContain('oidc-audience-mapper')
  })

  test.each([undefined, '', [], 5, 'read  write', { a: 1 }, ['openid']])(
    'a token with the scope %j has none, and is refused unless such tokens are allowed',
    async (scope) => {
      expect(await decide(of, { ...of.access, scope })).toMatch(/^scopes-missing/)
      const allowing = { ...of.options, scopelessTokens: 'allowed' } as ProfileOptions
      expect(await decide(of, { ...of.access, scope }, of.header, allowing)).toMatchObject({ scopes: [] })
    },
  )

  test('claims that are not named give no scopes, and a malformed element of a list is left out', async () => {
    expect(await decide(of, { ...of.access, scope: undefined, scp: 'a', roles: ['a'] })).toMatch(
      /^scopes-missing/,
    )
    const lists = { profile: 'jwt', claims: { client: 'azp', scopes: ['roles', 'permissions'] } } as const
    const roles = ['a', 'b c', 5, '', 'd"', 'a', null]
    const token = { ...of.access, roles, permissions: ['e'] }
    expect(await decide(of, token, of.header, lists)).toMatchObject({ scopes: ['a', 'e'] })
  })

  test.each([
    ['JWT', true],
    ['jwt', true],
    ['at+jwt', true],
    ['application/at+jwt', true],
    [undefined, true],
    ['', false],
    ['id+jwt', false],
    ['logout+jwt', false],
    ['token-introspection+jwt', false],
    [5, false],
    [null, false],
  ])('a token with the typ %j is accepted: %s', async (typ, accepted) => {
    const decided = await decide(of, of.access, { typ })
    expect(typeof decided === 'string' ? decided : true).toBe(accepted || 'typ-wrong: ')
  })

  test.each(['exp', 'iat', 'azp'])('a token without %s is refused', async (name) => {
    expect(await decide(of, { ...of.access, [name]: undefined })).toMatch(/^claim-wrong/)
    expect(await decide(of, { ...of.access, [name]: [of.access[name]] })).toMatch(/^claim-wrong/)
  })
})

test.each<[string, object, string]>([
  ['an unknown profile', { profile: 'saml' }, 'rfc9068 or jwt'],
  ['names without the profile jwt', { claims: { client: 'azp', scopes: ['scp'] } }, 'need the profile jwt'],
  ['scopeless tokens without the profile jwt', { scopelessTokens: 'allowed' }, 'need the profile jwt'],
  [
    'another claim of the client',
    { profile: 'jwt', claims: { client: 'sub', scopes: ['scp'] } },
    'claims.client',
  ],
  ['no claim of scopes', { profile: 'jwt', claims: { client: 'azp', scopes: [] } }, 'claims.scopes'],
  [
    'another claim of scopes',
    { profile: 'jwt', claims: { client: 'azp', scopes: ['groups'] } },
    'claims.scopes',
  ],
])('protectedResource throws a TypeError for %s', (_what, changes, message) => {
  const open = () =>
    protectedResource({
      issuer: 'i',
      audience: 'a',
      jwks: { keys: [] },
      ...changes,
    })
  expect(open).toThrow(TypeError)
  expect(open).toThrow(message)
})
