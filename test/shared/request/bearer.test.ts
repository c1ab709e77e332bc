import { expect, test } from 'vitest'
import { bearerChallenge, readToken } from '../../../shared/request/bearer.ts'

test('a challenge may have only an error', () => {
  expect(bearerChallenge('invalid_request')).toBe('Bearer error="invalid_request"')
})

test('the members of a challenge follow in their order, without a space after the comma', () => {
  expect(
    bearerChallenge('invalid_token', {
      error_description: '[A057302] The access token does not exist.',
      error_uri: 'https://docs.authlete.com/#A057302',
    }),
  ).toBe(
    'Bearer error="invalid_token",error_description="[A057302] The access token does not exist.",error_uri="https://docs.authlete.com/#A057302"',
  )
})

test('a member without a value is left out of a challenge', () => {
  expect(bearerChallenge('insufficient_scope', { error_uri: undefined, scope: 'a b' })).toBe(
    'Bearer error="insufficient_scope",scope="a b"',
  )
})

test.each([
  ['Bearer mF_9.B5f-4.1JqM', 'mF_9.B5f-4.1JqM'],
  ['bearer a', 'a'],
  ['BEARER   a', 'a'],
  ['Bearer a~+/==', 'a~+/=='],
])('a token is read from %j', (header, token) => {
  expect(readToken([header], ['bearer'])).toEqual({ scheme: 'bearer', token })
})

test.each(['', 'Basic YTpi', 'DPoP a', 'a', 'BearerToken a', 'Bearer-a b', 'Bearer:a', 'Basic Bearer a'])(
  'no Bearer token is tried with %j',
  (header) => {
    expect(readToken([header], ['bearer'])).toBe('absent')
  },
)

test.each([
  ...['Bearer', 'Bearer ', 'Bearer\ta', 'Bearer \ta', 'Bearer,a', 'Bearer =', 'Bearer a b', 'Bearer a=b'],
  ...['Bearer a,b', 'Bearer a, Bearer b', 'Bearer "a"', 'Bearer ä', 'Bearer a\n', 'Bearer a '],
])('a Bearer token is malformed in %j', (header) => {
  expect(readToken([header], ['bearer'])).toBe('malformed')
})

test('no header has no token, and two are malformed, also the same twice', () => {
  expect(readToken([], ['bearer'])).toBe('absent')
  expect(readToken(['Bearer a', 'Bearer a'], ['bearer'])).toBe('malformed')
  expect(readToken(['Bearer a', 'Basic YTpi'], ['bearer'])).toBe('malformed')
})
