import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { protectedResource } from '../../../shared/resource-server/protected-resource.ts'
import { jws } from '../../support/forged-tokens.ts'
import { START } from '../../support/fixed-runtime.ts'
import { newProofKey, proofOf, TARGET } from '../../support/proof-keys.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const key = newProofKey()
const EXPECTED = { issuer: 'https://as.example.com', audience: 'https://accounts.example.com' }
const claims = {
  ...{ iss: EXPECTED.issuer, aud: EXPECTED.audience, sub: 's', client_id: 'c', jti: 'j' },
  ...{ iat: START, exp: START + 3600, cnf: { jkt: key.jkt } },
}
const token = jws({ alg: 'ES256', kid: '1', typ: 'at+jwt' }, claims, privateKey)

let seconds: number
const resource = protectedResource({
  ...EXPECTED,
  jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }] },
  publicUrl: 'https://rs.example.com',
  currentDate: () => new Date(seconds * 1000),
})

test.each([
  ['a token and a proof of this second pass', 0, 0, 'allowed'],
  ['a proof of the last minute passes', 59, 0, 'allowed'],
  ['a proof of a minute ago is refused', 60, 0, 'proof-wrong'],
  ['a token passes in its last second', 3599, 3599, 'allowed'],
  ['a token is refused at its end', 3600, 3600, 'token-expired'],
  ['a token is refused if they give no time', NaN, 0, 'token-expired'],
])('by the clock of the options %s', async (_what, after, proofAfter, expected) => {
  seconds = START + after
  const request = {
    rawHeaders: ['authorization', `DPoP ${token}`, 'dpop', proofOf(key, token, START + proofAfter)],
    method: TARGET.htm,
    path: '/accounts',
    certificate: undefined,
  }
  const decision = await resource([])(request)
  expect(decision.allowed ? 'allowed' : decision.reason).toBe(expected)
})
