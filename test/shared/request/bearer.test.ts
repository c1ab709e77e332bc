import { describe, expect, test } from 'vitest'
import { bearerChallenge, readBearer } from '../../../shared/request/bearer.ts'

test('an error alone', () => {
  expect(bearerChallenge('invalid_request')).toBe('Bearer error="invalid_request"')
})

test('members follow in their order, without a space after the comma', () => {
  expect(
    bearerChallenge('invalid_token', {
      error_description: '[A057302] The access token does not exist.',
      error_uri: 'https://docs.authlete.com/#A057302',
    }),
  ).toBe(
    'Bearer error="invalid_token",error_description="[A057302] The access token does not exist.",error_uri="https://docs.authlete.com/#A057302"',
  )
})

test('a member without a value is left out', () => {
  expect(bearerChallenge('insufficient_scope', { error_uri: undefined, scope: 'a b' })).toBe(
    'Bearer error="insufficient_scope",scope="a b"',
  )
})

describe('the token of the Authorization header', () => {
  test.each([
    ['Bearer mF_9.B5f-4.1JqM', 'mF_9.B5f-4.1JqM'],
    ['bearer a', 'a'],
    ['BEARER   a', 'a'],
    ['Bearer a~+/==', 'a~+/=='],
  ])('%j is read', (header, token) => {
    expect(readBearer([header])).toEqual({ token })
  })

  test.each(['', 'Basic YTpi', 'DPoP a', 'a', 'BearerToken a', 'Bearer-a b', 'Bearer:a', 'Basic Bearer a'])(
    '%j does not try',
    (header) => {
      expect(readBearer([header])).toBe('absent')
    },
  )

  test.each([
    ...['Bearer', 'Bearer ', 'Bearer\ta', 'Bearer \ta', 'Bearer,a', 'Bearer =', 'Bearer a b', 'Bearer a=b'],
    ...['Bearer a,b', 'Bearer a, Bearer b', 'Bearer "a"', 'Bearer ä', 'Bearer a\n', 'Bearer a '],
  ])('%j is malformed', (header) => {
    expect(readBearer([header])).toBe('malformed')
  })

  test('none is absent, two are malformed, also the same twice', () => {
    expect(readBearer([])).toBe('absent')
    expect(readBearer(['Bearer a', 'Bearer a'])).toBe('malformed')
    expect(readBearer(['Bearer a', 'Basic YTpi'])).toBe('malformed')
  })
})
