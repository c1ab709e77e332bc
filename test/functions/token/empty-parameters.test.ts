import { expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { PUBLIC } from '../../support/walk.ts'

const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

const walk = await testWalk()
const client = await walk.addClient(PUBLIC)

test.each([
  [{ grant_type: '' }, 'A049302'],
  [{}, 'A049301'],
  [{ grant_type: 'authorization_code', code: '' }, 'A050302'],
  [{ grant_type: 'authorization_code' }, 'A050301'],
  [{ grant_type: 'refresh_token', refresh_token: '' }, 'A053302'],
  [{ grant_type: 'refresh_token' }, 'A053301'],
])('%j: %s', async (parameters, resultCode) => {
  expect(outcome(await walk.token(client, parameters))).toBe(`BAD_REQUEST ${resultCode} invalid_request`)
})

test('an empty verifier is refused by its name, and the code lives on', async () => {
  const code = await walk.code(client, { code_challenge: CHALLENGE, code_challenge_method: 'S256' })
  const redeem = (code_verifier?: string) => walk.redeem(client, code, undefined, { code_verifier })
  expect(outcome(await redeem(''))).toBe('BAD_REQUEST A050313 invalid_request')
  expect(outcome(await redeem())).toBe('BAD_REQUEST A050312 invalid_grant')
  expect(outcome(await redeem('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'))).toBe('OK A050001')
})

test('an empty verifier is as none for a code without a challenge', async () => {
  const answer = await walk.redeem(client, await walk.code(client), undefined, { code_verifier: '' })
  expect(outcome(answer)).toBe('OK A050001')
})
