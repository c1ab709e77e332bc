import { hash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isVerifier, verifies } from '../../../shared/token/pkce.ts'

/** RFC 7636 appendix B. */
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const unreserved = fc.stringMatching(/^[A-Za-z0-9._~-]{43,128}$/)

test.each([42, 43, 128, 129])('a verifier may be of %i characters', (length) => {
  expect(isVerifier('a'.repeat(length))).toBe(length >= 43 && length <= 128)
})

test('a verifier may have every unreserved character', () => {
  fc.assert(fc.property(unreserved, (text) => isVerifier(text)))
})

test.each(['+', '/', '=', ' ', '%', 'é', '\n', '\0', '"', '\u212a'])('no verifier is %j', (character) => {
  expect(isVerifier(`${'a'.repeat(43)}${character}`)).toBe(false)
  expect(isVerifier(`${character}${'a'.repeat(43)}`)).toBe(false)
})

test('the pair of RFC 7636 appendix B verifies', () => {
  expect(verifies(VERIFIER, { method: 'S256', value: CHALLENGE })).toBe(true)
})

test('a plain verifier verifies by equality', () => {
  expect(verifies(VERIFIER, { method: 'plain', value: VERIFIER })).toBe(true)
  expect(verifies(VERIFIER, { method: 'plain', value: CHALLENGE })).toBe(false)
})

test.each([
  ['the challenge itself', CHALLENGE, CHALLENGE],
  ['a padded challenge', VERIFIER, `${CHALLENGE}=`],
  ['a challenge in base64', VERIFIER, CHALLENGE.replace('-', '+')],
  ['a challenge in other case', VERIFIER, CHALLENGE.toLowerCase()],
  ['a challenge in hex', VERIFIER, hash('sha256', VERIFIER)],
  ['an empty challenge', VERIFIER, ''],
  ['a verifier that is cut', VERIFIER.slice(0, -1), CHALLENGE],
  ['a verifier in other case', VERIFIER.toUpperCase(), CHALLENGE],
])('%s does not verify under S256', (_what, verifier, value) => {
  expect(verifies(verifier, { method: 'S256', value })).toBe(false)
})

test('every other verifier is refused, and S256 never falls back to plain', () => {
  fc.assert(
    fc.property(unreserved, unreserved, (one, other) => {
      const challenge = hash('sha256', one, 'base64url')
      expect(verifies(one, { method: 'S256', value: challenge })).toBe(true)
      expect(verifies(other, { method: 'S256', value: challenge })).toBe(other === one)
      expect(verifies(challenge, { method: 'S256', value: challenge })).toBe(false)
      expect(verifies(other, { method: 'plain', value: one })).toBe(other === one)
    }),
  )
})
