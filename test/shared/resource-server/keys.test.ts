import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type ServerResponse } from 'node:http'
import { decodeJwt, SignJWT } from 'jose'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { listen } from '../../../infra/connections/listen.ts'
import {
  protectedResource,
  type ProtectedResource,
  type ProtectedResourceOptions,
} from '../../../shared/resource-server/protected-resource.ts'
import { jws } from '../../support/forged-tokens.ts'

const EXPECTED = {
  ...{ issuer: 'https://as.example.com', audience: 'https://accounts.example.com' },
  unboundTokens: 'allowed',
} as const

const pair = (kid: string | undefined) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { privateKey, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' } }
}
const [first, second] = [pair('1'), pair('2')]

function token(key: KeyObject, header: object = {}, claims: object = {}): string {
  const now = Math.floor(Date.now() / 1000)
  const all = {
    ...{ iss: EXPECTED.issuer, aud: EXPECTED.audience, sub: 's', client_id: 'c', jti: 'j' },
    ...{ iat: now, exp: now + 3600, ...claims },
  }
  return jws({ alg: 'ES256', kid: '1', typ: 'at+jwt', ...header }, all, key)
}

let answer: (response: ServerResponse) => unknown
let fetches = 0
const listener = createServer((_request, response) => {
  fetches += 1
  answer(response)
})
const server = await listen(listener)
const url = `http://127.0.0.1:${server.port}/jwks`
beforeEach(() => {
  fetches = 0
})
afterEach(() => {
  vi.useRealTimers()
})
afterAll(server.close)

const responds = (body: unknown, status = 200) => {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

async function decide(resource: ProtectedResource, jwt: string) {
  const decision = await resource([])({
    rawHeaders: ['authorization', `Bearer ${jwt}`],
    certificate: undefined,
  })
  return decision.allowed ? 'allowed' : `${decision.status} ${decision.reason}`
}

describe('keys from a URL', () => {
  test('keys are fetched once for several tokens, also for tokens with unknown keys', async () => {
    answer = responds({ keys: [first.jwk] })
    const resource = protectedResource({ ...EXPECTED, jwks: url })
    for (let i = 0; i < 5; i++) {
      expect(await decide(resource, token(first.privateKey))).toBe('allowed')
      expect(await decide(resource, token(second.privateKey, { kid: `unknown-${i}` }))).toBe(
        '401 key-unknown',
      )
    }
    expect(fetches).toBe(1)
  })

  test('keys are not fetched for text that cannot be a token of the issuer', async () => {
    answer = responds({ keys: [first.jwk] })
    const resource = protectedResource({ ...EXPECTED, jwks: url })
    for (const [jwt, reason] of [
      ['x', 'token-opaque'],
      ['a.b.c', 'token-malformed'],
      [token(first.privateKey, { alg: 'HS256' }), 'algorithm-wrong'],
      [token(first.privateKey, { alg: 'none' }), 'algorithm-wrong'],
    ] as const) {
      expect(await decide(resource, jwt)).toBe(`401 ${reason}`)
    }
    expect(fetches).toBe(0)
  })

  test('an unknown key fetches the keys again, at the earliest 30 seconds after the last fetch', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    answer = responds({ keys: [first.jwk] })
    const resource = protectedResource({ ...EXPECTED, jwks: url })
    expect(await decide(resource, token(first.privateKey))).toBe('allowed')
    answer = responds({ keys: [first.jwk, second.jwk] })
    const rotated = token(second.privateKey, { kid: '2' })
    expect(await decide(resource, rotated)).toBe('401 key-unknown')
    vi.setSystemTime(Date.now() + 31_000)
    expect(await decide(resource, rotated)).toBe('allowed')
    expect(await decide(resource, token(first.privateKey))).toBe('allowed')
    expect(fetches).toBe(2)
  })

  test('a withdrawn key is refused after ten minutes at the latest', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    answer = responds({ keys: [first.jwk] })
    const resource = protectedResource({ ...EXPECTED, jwks: url })
    const jwt = token(first.privateKey)
    expect(await decide(resource, jwt)).toBe('allowed')
    answer = responds({ keys: [second.jwk] })
    vi.setSystemTime(Date.now() + 601_000)
    expect(await decide(resource, jwt)).toBe('401 key-unknown')
  })

  test.each([
    ['an error', responds('', 500)],
    ['a redirect', responds({ keys: [first.jwk] }, 302)],
    ['an HTML page', responds('<html>')],
    ['a malformed key set', responds({ keys: 5 })],
    ['a closed connection', (response: ServerResponse) => response.destroy()],
  ])(
    'after %s in place of the keys the answer is 503, and onFailure gets the cause',
    async (_what, reply) => {
      const failures: unknown[] = []
      const onFailure = (error: unknown) => failures.push(error)
      answer = reply
      const resource = protectedResource({ ...EXPECTED, jwks: url, onFailure })
      expect(await decide(resource, token(first.privateKey))).toBe('503 undecided')
      expect(String(failures[0])).toContain('cannot get the keys of the issuer')
      expect(failures[0]).toHaveProperty('cause')
    },
  )

  test('keys are fetched again after a failed fetch', async () => {
    answer = responds('', 500)
    const resource = protectedResource({ ...EXPECTED, jwks: url })
    expect(await decide(resource, token(first.privateKey))).toBe('503 undecided')
    answer = responds({ keys: [first.jwk] })
    expect(await decide(resource, token(first.privateKey))).toBe('allowed')
  })
})

describe('keys in the options', () => {
  test('a key verifies only with its own algorithm, only with an accepted one, and only if it is for signatures', async () => {
    const { privateKey } = first
    const jwks = { keys: [first.jwk] }
    expect(await decide(protectedResource({ ...EXPECTED, jwks }), token(privateKey))).toBe('allowed')
    const others = protectedResource({ ...EXPECTED, jwks, algorithms: ['PS256'] })
    expect(await decide(others, token(privateKey))).toBe('401 algorithm-wrong')
    const named = protectedResource({ ...EXPECTED, jwks: { keys: [{ ...first.jwk, alg: 'ES384' }] } })
    expect(await decide(named, token(privateKey))).toBe('401 key-unknown')
    const encrypting = protectedResource({ ...EXPECTED, jwks: { keys: [{ ...first.jwk, use: 'enc' }] } })
    expect(await decide(encrypting, token(privateKey))).toBe('401 key-unknown')
  })

  test('a token by an algorithm that certbound does not sign with is refused unless the options name it', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig' }] }
    const claims = decodeJwt(token(first.privateKey))
    const header = { alg: 'RS512', kid: '1', typ: 'at+jwt' }
    const signed = await new SignJWT(claims).setProtectedHeader(header).sign(privateKey)
    expect(await decide(protectedResource({ ...EXPECTED, jwks }), signed)).toBe('401 algorithm-wrong')
    const named = protectedResource({ ...EXPECTED, jwks, algorithms: ['RS512'] })
    expect(await decide(named, signed)).toBe('allowed')
  })

  test('a token without kid is accepted if any of the keys verifies it, and keys that cannot be used do not count', async () => {
    const jwt = token(first.privateKey, { kid: undefined })
    const one = protectedResource({ ...EXPECTED, jwks: { keys: [first.jwk] } })
    expect(await decide(one, jwt)).toBe('allowed')
    const two = protectedResource({ ...EXPECTED, jwks: { keys: [first.jwk, second.jwk] } })
    expect(await decide(two, jwt)).toBe('allowed')
    const broken = {
      keys: [
        { ...first.jwk, x: 'AAAA' },
        { kty: 'oct', k: 'AA' },
      ],
    }
    expect(await decide(protectedResource({ ...EXPECTED, jwks: broken }), jwt)).toBe('401 key-unknown')
  })

  test('a token for several resources is accepted, and its claims are returned', async () => {
    const resource = protectedResource({ ...EXPECTED, jwks: { keys: [first.jwk] } })
    const aud = ['https://other.example.com', EXPECTED.audience]
    const jwt = token(first.privateKey, {}, { aud, sub: 'someone', scope: 'a b', acr: '1' })
    const decision = await resource(['b'])({
      rawHeaders: ['authorization', `Bearer ${jwt}`],
      certificate: undefined,
    })
    expect(decision).toMatchObject({
      allowed: true,
      token: { clientId: 'c', subject: 'someone', scopes: ['a', 'b'], claims: { acr: '1', aud } },
    })
  })

  test.each([5, ['read'], '', 'read  write', 'read"', null])(
    'a malformed scope claim %j gives the token no scopes',
    async (scope) => {
      const resource = protectedResource({ ...EXPECTED, jwks: { keys: [first.jwk] } })
      const jwt = token(first.privateKey, {}, { scope })
      const presented = { rawHeaders: ['authorization', `Bearer ${jwt}`], certificate: undefined }
      expect(await resource(['read'])(presented)).toMatchObject({ status: 403 })
      expect(await resource([])(presented)).toMatchObject({ allowed: true, token: { scopes: [] } })
    },
  )
})

describe('options that cannot work or would accept too much', () => {
  const jwks = { keys: [] }
  const introspection = { endpoint: 'https://as.example.com/i', clientId: 'r', clientSecret: 's' }
  test.each([
    ['no issuer', { audience: 'a', jwks }, 'issuer must be'],
    ['an empty issuer', { issuer: '', audience: 'a', jwks }, 'issuer must be'],
    ['no audience', { issuer: 'i', jwks }, 'audience must be'],
    ['neither jwks nor introspection', EXPECTED, 'exactly one of jwks, metadata and introspection'],
    ['both jwks and introspection', { ...EXPECTED, jwks, introspection }, 'exactly one of'],
    ['a jwks URL over HTTP', { ...EXPECTED, jwks: 'http://as.example.com/jwks' }, 'https'],
    ['a jwks URL of a file', { ...EXPECTED, jwks: 'file:///jwks' }, 'https'],
    ['a jwks URL without a host', { ...EXPECTED, jwks: '/jwks' }, 'jwks must be an https URL'],
    [
      'an introspection endpoint over HTTP',
      { ...EXPECTED, introspection: { ...introspection, endpoint: 'http://a.example/' } },
      'https',
    ],
    [
      'introspection without credentials',
      { ...EXPECTED, introspection: { ...introspection, clientSecret: undefined } },
      'clientSecret',
    ],
    ['the algorithm none', { ...EXPECTED, jwks, algorithms: ['ES256', 'none'] }, 'asymmetric'],
    ['a symmetric algorithm', { ...EXPECTED, jwks, algorithms: ['HS256'] }, 'asymmetric'],
  ])('protectedResource throws a TypeError for %s', (_what, options, message) => {
    const open = () => protectedResource(options as ProtectedResourceOptions)
    expect(open).toThrow(TypeError)
    expect(open).toThrow(message)
  })

  test('a resource throws a TypeError for a scope that no token can have', () => {
    const resource = protectedResource({ ...EXPECTED, jwks })
    for (const scope of ['', 'a"b', 'a\n', 'ä']) expect(() => resource([scope])).toThrow(TypeError)
  })
})
