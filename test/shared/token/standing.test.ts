import { expect, test } from 'vitest'
import { type EpochSeconds, addSeconds } from '../../../shared/epoch-seconds.ts'
import { whyInvalid, isExpired, NO_STANDING, standingAt } from '../../../shared/token/standing.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Tokens } from '../../../shared/store/grant.ts'

const NOW = 1_795_502_400 as EpochSeconds
const at = (seconds: number) => addSeconds(NOW, seconds)
const SERVICE = { tokensNotBefore: undefined }
const FREE = { locked: false, notBefore: 0 as EpochSeconds }

const refresh = (refreshExpiresAt: EpochSeconds, refreshIssuedAt = NOW): Tokens['refresh'] => ({
  refreshDigest: digest('refresh'),
  refreshIssuedAt,
  refreshExpiresAt,
  familyDigest: digest('family'),
})

const tokens = (accessExpiresAt: EpochSeconds, withRefresh?: Tokens['refresh']): Tokens => ({
  service: 1,
  client: 2,
  grantId: 'g',
  stage: 'TOKENS',
  terms: { scopes: [], resources: [], properties: [] },
  grantType: 'AUTHORIZATION_CODE',
  createdAt: 0 as EpochSeconds,
  accessScopes: [],
  accessResources: [],
  binding: 'none',
  accessDigest: digest('access'),
  accessIssuedAt: NOW,
  accessExpiresAt,
  refresh: withRefresh,
})

test.each([
  [-1, false],
  [0, true],
  [1, true],
])('expired, %i seconds after the end, is %s', (after, expected) => {
  expect(isExpired(NOW, at(after))).toBe(expected)
})

test.each([
  [-1, true],
  [0, false],
  [1, false],
])('usable, %i seconds after the end of the access token, is %s', (after, usable) => {
  expect(standingAt(at(100 + after), tokens(at(100)), FREE, SERVICE)).toEqual({
    existent: true,
    usable,
    sufficient: true,
    refreshable: false,
  })
})

test.each([
  [-1, true],
  [0, false],
  [1, false],
])('refreshable, %i seconds after the end of the refresh token, is %s', (after, refreshable) => {
  const grant = tokens(at(100), refresh(at(200)))
  expect(standingAt(at(200 + after), grant, FREE, SERVICE)).toMatchObject({ usable: false, refreshable })
})

test('a refresh token may end before the access token', () => {
  const grant = tokens(at(200), refresh(at(100)))
  expect(standingAt(at(100), grant, FREE, SERVICE)).toMatchObject({ usable: true, refreshable: false })
})

test.each([
  ['a locked client', { ...FREE, locked: true }, false],
  ['a cut-off after it was issued', { ...FREE, notBefore: at(1) }, false],
  ['a cut-off at the second it was issued', { ...FREE, notBefore: NOW }, true],
])('with %s, refreshable is %s', (_what, state, refreshable) => {
  expect(standingAt(NOW, tokens(at(100), refresh(at(200))), state, SERVICE).refreshable).toBe(refreshable)
})

test('all flags of a missing token are false', () => {
  expect(Object.values(NO_STANDING)).toEqual([false, false, false, false])
  expect(Object.keys(NO_STANDING)).toEqual(Object.keys(standingAt(NOW, tokens(at(1)), FREE, SERVICE)))
})

test.each([
  [-1, 'cut-off'],
  [0, undefined],
  [1, undefined],
])('a token issued %i seconds after the cut-off is barred by %s', (after, bar) => {
  expect(whyInvalid({ locked: false, notBefore: NOW }, SERVICE, at(after))).toBe(bar)
})

test('a deleted client comes before a locked one, and a locked one before a cut-off', () => {
  const cutOff = { locked: false, notBefore: at(1) }
  const bar = (state: typeof FREE | undefined) => whyInvalid(state, SERVICE, NOW)
  expect(bar(undefined)).toBe('deleted')
  expect(bar({ ...cutOff, locked: true })).toBe('locked')
  expect(bar({ ...FREE, locked: true })).toBe('locked')
  expect(bar(cutOff)).toBe('cut-off')
  expect(bar(FREE)).toBeUndefined()
})

test.each([
  [-1, 'cut-off'],
  [0, undefined],
  [1, undefined],
])('a token issued %i seconds after the cut-off of the whole service is barred by %s', (after, bar) => {
  expect(whyInvalid(FREE, { tokensNotBefore: NOW }, at(after))).toBe(bar)
})

test('the later one of the cut-offs of the client and of the service counts', () => {
  const state = { locked: false, notBefore: at(2) }
  expect(whyInvalid(state, { tokensNotBefore: at(1) }, at(1))).toBe('cut-off')
  expect(whyInvalid(state, { tokensNotBefore: at(3) }, at(2))).toBe('cut-off')
  expect(whyInvalid(state, { tokensNotBefore: at(1) }, at(2))).toBeUndefined()
})
