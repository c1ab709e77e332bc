import fc from 'fast-check'
import * as oauth from 'oauth4webapi'
import { expect, test } from 'vitest'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { decision, signedTokens } from '../../support/signed-tokens.ts'

const [ours, theirs] = [signedTokens(), signedTokens()]
const { issuer, audience, jwks } = ours.options
const as: oauth.AuthorizationServer = { issuer, jwks_uri: `${issuer}/jwks` }
const resource = protectedResource({ ...ours.options, unboundTokens: 'allowed' })

/** The verdict of another implementation of RFC 9068 section 4. It has no tolerance here, and no scopes. */
async function isAcceptedByOauth4webapi(token: string): Promise<boolean> {
  const request = new Request('https://rs.example.com/', { headers: { authorization: `Bearer ${token}` } })
  try {
    await oauth.validateJwtAccessToken(as, request, audience, {
      [oauth.customFetch]: () => Promise.resolve(Response.json(jwks)),
      [oauth.clockTolerance]: 0,
    })
    return true
  } catch (error) {
    // The verdicts are compared, and not their reasons.
    if (error instanceof Error) return false
    throw error
  }
}

const now = Math.floor(Date.now() / 1000)
const WRONG = [undefined, null, '', 'x', 0, -1, true, [], ['x'], {}]
/** For each claim its right values, and others that fit its name. The clock may move by a minute during the test. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  iss: [issuer, `${issuer}/`, [issuer], 'https://other.example.com'],
  aud: [audience, [audience], ['https://other.example.com', audience], `${audience}/`, [[audience]]],
  exp: [now + 300, now - 300, String(now + 300), now + 300.5, 1e300],
  iat: [now, now - 600, now + 600, String(now)],
  nbf: [undefined, now - 600, now + 600, String(now - 600)],
  sub: ['s', 'another'],
  client_id: ['c', 'another'],
  jti: ['j', 'another'],
  scope: [undefined, 'read', 'read write'],
  acr: [undefined, '1'],
}
const HEADERS: Readonly<Record<string, readonly unknown[]>> = {
  typ: ['at+jwt', 'AT+JWT', 'application/at+jwt', 'JWT', undefined, '', 'id+jwt', 'at+jwt2'],
  alg: ['ES256', 'none', 'HS256', 'ES384', 'RS256', undefined],
  kid: ['1', undefined, '2', ''],
  crit: [undefined, [], ['exp'], 'exp'],
}

/** Right values are drawn so often that one in some tokens has no fault. */
const someOf = (values: readonly unknown[], wrong: readonly unknown[]) =>
  fc.oneof(
    { weight: 30, arbitrary: fc.constant(values[0]) },
    { weight: 2, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  )
const claims = fc.record(
  Object.fromEntries(Object.entries(VALUES).map(([name, all]) => [name, someOf(all, WRONG)])),
)
const header = fc.record(
  Object.fromEntries(Object.entries(HEADERS).map(([name, all]) => [name, someOf(all, all)])),
)

test('tokens of RFC 9068 have the verdict of another implementation', async () => {
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(claims, header, fc.nat(19), async (changes, head, signer) => {
      const token = ours.jwt({ cnf: undefined, ...changes }, head, (signer === 0 ? theirs : ours).privateKey)
      const decided = await decision(resource, token, [])
      if (decided === 'allowed') accepted++
      expect([changes, head, decided === 'allowed']).toEqual([
        changes,
        head,
        await isAcceptedByOauth4webapi(token),
      ])
      // A second request gets the kept verdict.
      expect(await decision(resource, token, [])).toBe(decided)
    }),
    { numRuns: 1500 },
  )
  expect(accepted).toBeGreaterThan(100)
})
