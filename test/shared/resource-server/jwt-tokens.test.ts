import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { keyServer } from '../../support/key-server.ts'
import { decision, HOLDER, signedTokens, THIEF } from '../../support/signed-tokens.ts'

const server = await keyServer()
afterAll(server.close)
const { options, claims, jwk, jwt } = signedTokens()
const other = signedTokens()

let seconds = claims.iat
const currentDate = () => new Date(seconds * 1000)
const remote = () => protectedResource({ ...options, jwks: `${server.url}/keys`, currentDate })
const publish = (...keys: readonly object[]) => server.answers.set('/keys', { keys })
beforeEach(() => {
  seconds = claims.iat
  server.asked.length = 0
  publish(jwk)
})

test.each([
  ['at+jwt', 'allowed'],
  ['AT+JWT', 'allowed'],
  ['application/at+jwt', 'allowed'],
  ['Application/At+Jwt', 'allowed'],
  ['JWT', '401 typ-wrong'],
  ['', '401 typ-wrong'],
  [undefined, '401 typ-wrong'],
])('a token of typ %j is %s', async (typ, expected) => {
  expect(await decision(protectedResource(options), jwt({}, { typ }))).toBe(expected)
})

describe('a verified token that is kept', () => {
  const token = jwt({ exp: claims.iat + 3000 })

  test('is refused with another certificate and without one, right after it passed', async () => {
    const decide = protectedResource(options)(['read'])
    const rawHeaders = ['authorization', `Bearer ${token}`]
    for (const certificate of [HOLDER.cert, THIEF.cert, undefined, HOLDER.cert])
      expect(await decide({ rawHeaders, certificate })).toMatchObject({
        allowed: certificate === HOLDER.cert,
      })
    expect(await decision(protectedResource(options), token, ['write'])).toBe('403 scope-insufficient')
  })

  test('cannot be changed by the server that got it', async () => {
    const resource = protectedResource({ ...options, unboundTokens: 'allowed' })
    const rawHeaders = ['authorization', `Bearer ${token}`]
    const { token: got } = (await resource([])({ rawHeaders, certificate: HOLDER.cert })) as {
      token?: { scopes: string[]; claims: { cnf?: Record<string, string> } }
    }
    expect(got).toBeDefined()
    for (const change of [
      () => got?.scopes.push('write'),
      () => delete got?.claims.cnf,
      () => delete got?.claims.cnf?.['x5t#S256'],
      () => Object.assign(got as object, { subject: 'other' }),
    ])
      expect(change).toThrow(TypeError)
    expect(await decision(resource, token, ['write'])).toBe('403 scope-insufficient')
    expect(await resource([])({ rawHeaders, certificate: undefined })).toMatchObject({ status: 401 })
  })

  test('is refused in the second in which it expires', async () => {
    const resource = remote()
    expect(await decision(resource, token)).toBe('allowed')
    seconds += 2999
    expect(await decision(resource, token)).toBe('allowed')
    seconds += 1
    expect(await decision(resource, token)).toBe('401 token-expired')
  })

  test('is refused when its key is withdrawn, and also when another key takes its kid', async () => {
    for (const keys of [[], [other.jwk]]) {
      publish(jwk)
      const resource = remote()
      expect(await decision(resource, token)).toBe('allowed')
      publish(...keys)
      seconds += 600
      expect(await decision(resource, token)).toBe('allowed')
      seconds += 1
      expect(await decision(resource, token)).toMatch(/^401 (key-unknown|signature-wrong)$/)
      seconds -= 601
    }
  })

  test('is refused when its key is withdrawn while the clock has gone back', async () => {
    const resource = remote()
    seconds += 2000
    expect(await decision(resource, token)).toBe('allowed')
    publish(other.jwk)
    seconds -= 2000
    expect(await decision(resource, token)).toBe('401 signature-wrong')
  })

  test('is refused as soon as the missing key of another token has fetched keys without its own', async () => {
    const resource = remote()
    expect(await decision(resource, token)).toBe('allowed')
    publish({ ...other.jwk, kid: '2' })
    seconds += 31
    expect(await decision(resource, other.jwt({}, { kid: '2' }))).toBe('allowed')
    expect(await decision(resource, token)).toBe('401 key-unknown')
  })

  test('passes without another fetch while the keys are fresh, and is a 503 if they are old and cannot be fetched', async () => {
    const resource = remote()
    for (let i = 0; i < 3; i++) expect(await decision(resource, token)).toBe('allowed')
    expect(server.asked).toHaveLength(1)
    server.answers.clear()
    seconds += 601
    expect(await decision(resource, token)).toBe('503 undecided')
    publish(jwk)
    expect(await decision(resource, token)).toBe('allowed')
  })
})

test('a refusal is not kept: a token that was early passes later', async () => {
  const resource = remote()
  const early = jwt({ nbf: claims.iat + 10 })
  expect(await decision(resource, early)).toBe('401 token-early')
  seconds += 10
  expect(await decision(resource, early)).toBe('allowed')
})

test('a token with one changed character is not the kept one', async () => {
  const resource = protectedResource(options)
  const token = jwt()
  expect(await decision(resource, token)).toBe('allowed')
  const [head = '', payload = '', signature = ''] = token.split('.')
  const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
  expect(await decision(resource, [head, payload, changed].join('.'))).toBe('401 signature-wrong')
  expect(await decision(resource, [head, payload, ''].join('.'))).toMatch(/^401 /)
})
