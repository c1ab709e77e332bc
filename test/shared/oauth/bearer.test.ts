import { expect, test } from 'vitest'
import { bearerChallenge } from '../../../shared/oauth/bearer.ts'

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
