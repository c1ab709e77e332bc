import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Client } from '../../../shared/store/client.ts'
import { digest } from '../../../shared/store/digest.ts'
import { Service } from '../../../shared/store/service.ts'
import {
  deriveRefreshToken,
  firstRefreshToken,
  nextRefreshToken,
} from '../../../shared/token/refresh-token.ts'
import { locateRefreshToken } from '../../../shared/token/token-string.ts'
import { START } from '../../support/fixed-runtime.ts'
import { callOf } from '../../support/test-call.ts'
import { testRuntime } from '../../support/test-runtime.ts'

const GRANT = { client: 26478243745571, grantId: 'AAECAwQFBgcICQoLDA0ODw' }
const KEY = { service: 21653835348762, ...GRANT }

const service = Service.parse({
  apiKey: KEY.service,
  issuer: 'https://as.example.com',
  credentials: [],
  supportedGrantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
  accessTokenDuration: 3600,
  refreshTokenDuration: 7200,
})
const client = Client.parse({ clientId: KEY.client, grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] })

const runtime = await testRuntime()

const TERMS = { scopes: [] }

test('a refresh token is made where the service and the client use them', () => {
  const first = firstRefreshToken({ key: KEY, client: client, terms: TERMS }, callOf(runtime, service))
  const located = locateRefreshToken(first?.token ?? '')
  expect(located).toMatchObject(GRANT)
  expect(first?.members).toEqual({
    refreshDigest: digest(first?.token ?? ''),
    refreshIssuedAt: START,
    refreshExpiresAt: addSeconds(START, 7200),
    familyDigest: digest(located?.family ?? ''),
  })
})

const first = () => {
  const made = firstRefreshToken({ key: KEY, client: client, terms: TERMS }, callOf(runtime, service))
  if (made === undefined) throw new Error('no refresh token')
  return made
}

test('the successor of a refresh token has the same family and grant, its predecessor and a new life', () => {
  const { token, members } = first()
  runtime.clock.now = addSeconds(START, 50)
  const next = nextRefreshToken(token, members, { key: KEY, client, terms: TERMS }, callOf(runtime, service))
  runtime.clock.now = START
  expect(locateRefreshToken(next.token)).toEqual(locateRefreshToken(token))
  expect(next.token).not.toBe(token)
  expect(next.members).toEqual({
    refreshDigest: digest(next.token),
    refreshIssuedAt: addSeconds(START, 50),
    refreshExpiresAt: addSeconds(START, 7250),
    familyDigest: members.familyDigest,
    replaced: { digest: members.refreshDigest, at: addSeconds(START, 50) },
  })
})

test('the successor can be derived again from the nonce and its predecessor, where the service keeps the nonce', () => {
  const { token, members } = first()
  const idempotent = { ...service, refreshTokenIdempotent: true }
  const next = nextRefreshToken(
    token,
    members,
    { key: KEY, client, terms: TERMS },
    callOf(runtime, idempotent),
  )
  const nonce = next.members.replaced?.nonce ?? ''
  expect(Buffer.from(nonce, 'base64url')).toHaveLength(32)
  expect(deriveRefreshToken(token, nonce, KEY)).toBe(next.token)
  expect(deriveRefreshToken(token, nonce, KEY)).toBe(next.token)
  expect(deriveRefreshToken(first().token, nonce, KEY)).not.toBe(next.token)
  const otherNonce = nonce.slice(0, -1) + (nonce.endsWith('A') ? 'E' : 'A')
  expect(deriveRefreshToken(token, otherNonce, KEY)).not.toBe(next.token)
})

test('the secret of the successor is the HMAC-SHA-256 of its predecessor', () => {
  const { token } = first()
  const secret = createHmac('sha256', 'nonce').update(token).digest('hex')
  expect(Buffer.from(deriveRefreshToken(token, 'nonce', KEY), 'base64url').toString('hex', 34)).toBe(secret)
})

test('the successor is different at every rotation', () => {
  const { token, members } = first()
  const made = Array.from({ length: 100 }, () =>
    nextRefreshToken(token, members, { key: KEY, client, terms: TERMS }, callOf(runtime, service)),
  )
  expect(new Set(made.map((next) => next.token)).size).toBe(100)
})

test('no successor is derived from a text that is not a refresh token', () => {
  expect(() => deriveRefreshToken('x', 'nonce', KEY)).toThrow('is malformed')
})
