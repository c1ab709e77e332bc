import { createServer } from 'node:http'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { decision, signedTokens } from '../../support/signed-tokens.ts'

const { options, claims, jwk, jwt, privateKey } = signedTokens()
const other = signedTokens()

let answer: () => string
const asked: (string | undefined)[] = []
const server = await listen(
  createServer(({ headers }, response) => {
    asked.push(headers.accept)
    response.end(answer())
  }),
)
afterAll(server.close)

const MEMBERS = { ...claims, active: true, token_type: 'Bearer' }
let seconds = claims.iat
const failures: string[] = []
beforeEach(() => {
  asked.length = 0
  failures.length = 0
  seconds = claims.iat
})
const resourceOf = (introspection: object) =>
  protectedResource({
    ...{ issuer: options.issuer, audience: options.audience, currentDate: () => new Date(seconds * 1000) },
    introspection: {
      endpoint: `http://localhost:${server.port}/`,
      clientId: 'rs',
      clientSecret: 's',
      ...introspection,
    },
    onFailure: (error) => failures.push(String(error)),
  })

describe('a signed answer (RFC 9701)', () => {
  const resource = resourceOf({ jwks: { keys: [jwk] } })
  /** The answer about a token: a JWT for the resource server with the members of RFC 7662. */
  const signed = (changes: object = {}, header: object = {}, key = privateKey) => {
    const absent = Object.fromEntries(Object.keys(claims).map((name) => [name, undefined]))
    const all = { iss: options.issuer, aud: 'rs', iat: claims.iat, token_introspection: MEMBERS, ...changes }
    return jwt({ ...absent, ...all }, { typ: 'token-introspection+jwt', ...header }, key)
  }

  test('is asked for by its media type, and its members decide', async () => {
    answer = () => signed()
    expect(await decision(resource, 'opaque')).toBe('allowed')
    expect(asked).toEqual(['application/token-introspection+jwt'])
    answer = () => signed({ aud: options.audience })
    expect(await decision(resource, 'opaque')).toBe('allowed')
    answer = () => signed({ aud: ['rs', 'another'], token_introspection: { active: false } })
    expect(await decision(resource, 'opaque')).toBe('401 token-inactive')
    answer = () => signed({ token_introspection: { ...MEMBERS, aud: 'https://other.example.com' } })
    expect(await decision(resource, 'opaque')).toBe('401 audience-wrong')
  })

  test.each<[string, () => string]>([
    ['JSON that is not signed', () => JSON.stringify(MEMBERS)],
    ['an access token', () => jwt({ token_introspection: MEMBERS, aud: 'rs' })],
    ['another typ', () => signed({}, { typ: 'JWT' })],
    ['an answer for another resource server', () => signed({ aud: 'another' })],
    ['an answer of another issuer', () => signed({ iss: 'https://other.example.com' })],
    ['an answer without members', () => signed({ token_introspection: undefined })],
    ['members that are text', () => signed({ token_introspection: JSON.stringify(MEMBERS) })],
    ['another key', () => signed({}, {}, other.privateKey)],
    ['an unknown key', () => signed({}, { kid: '2' })],
    ['the algorithm none', () => signed({}, { alg: 'none' })],
  ])('is not %s: 503', async (_what, text) => {
    answer = text
    expect(await decision(resource, 'opaque')).toBe('503 undecided')
    expect(failures).toEqual([expect.stringContaining('the introspection response')])
  })
})

describe('an answer that is kept', () => {
  const keeping = () => resourceOf({ keepSeconds: 30 })
  /** Tokens of one issuer can begin alike. */
  const COMMON = 'opaque'.repeat(20)

  test('is asked for again after these seconds, and an answer is not kept by default', async () => {
    answer = () => JSON.stringify(MEMBERS)
    const [kept, fresh] = [keeping(), resourceOf({})]
    for (const resource of [kept, kept, fresh, fresh])
      expect(await decision(resource, `${COMMON}1`)).toBe('allowed')
    expect(asked).toHaveLength(3)
    answer = () => '{"active":false}'
    seconds += 29
    expect(await decision(kept, `${COMMON}1`)).toBe('allowed')
    expect(await decision(kept, `${COMMON}2`)).toBe('401 token-inactive')
    seconds += 1
    expect(await decision(kept, `${COMMON}1`)).toBe('401 token-inactive')
  })

  test('ends with its token, and needs an end', async () => {
    const resource = keeping()
    answer = () => JSON.stringify({ ...MEMBERS, exp: claims.iat + 10 })
    expect(await decision(resource, 'opaque')).toBe('allowed')
    answer = () => '{"active":false}'
    seconds += 10
    expect(await decision(resource, 'opaque')).toBe('401 token-inactive')
    answer = () => JSON.stringify({ ...MEMBERS, exp: undefined })
    expect(await decision(resource, 'endless')).toBe('allowed')
    answer = () => '{"active":false}'
    expect(await decision(resource, 'endless')).toBe('401 token-inactive')
  })

  test('is asked for again if the clock has gone back', async () => {
    const resource = keeping()
    answer = () => JSON.stringify(MEMBERS)
    seconds += 600
    expect(await decision(resource, 'opaque')).toBe('allowed')
    answer = () => '{"active":false}'
    seconds -= 600
    expect(await decision(resource, 'opaque')).toBe('401 token-inactive')
  })

  test('is never one about an inactive token', async () => {
    const resource = keeping()
    answer = () => '{"active":false}'
    expect(await decision(resource, 'opaque')).toBe('401 token-inactive')
    answer = () => JSON.stringify(MEMBERS)
    expect(await decision(resource, 'opaque')).toBe('allowed')
  })

  test.each([-1, 301, 1.5, Number.NaN])('cannot be kept for %s seconds', (keepSeconds) => {
    expect(() => resourceOf({ keepSeconds })).toThrow('keepSeconds must be an integer')
  })
})
