import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import * as oauth from 'oauth4webapi'
import { describe, expect, test } from 'vitest'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../shared/certificate/jws-algorithms.ts'
import { keySet, newSigningKey } from '../support/signing-keys.ts'
import { BASIC, BOUND, type TestClient } from '../support/walk.ts'
import { openDeployment } from './deployment.ts'
import { SECRET_BASIC } from './kinds.ts'
import { discover, openOauth4webapi } from './libraries.ts'
import { cnfOf } from './walk-through.ts'

const deployment = await openDeployment()

const keys = SIGNING_ALGORITHMS.map((alg) => newSigningKey(alg, alg).own)
expect((await deployment.walk.call('/service/update', keySet(...keys))).status).toBe(200)
const as = await discover(deployment)

const RESOURCE = 'https://rs.example.com/accounts'

/** Validates a request with the token like a resource server that works offline. */
function validate(accessToken: string, alg: string, audience = deployment.issuer) {
  const request = new Request(RESOURCE, { headers: { authorization: `Bearer ${accessToken}` } })
  const options = { [oauth.customFetch]: deployment.fetchAs(), signingAlgorithms: [alg] }
  return oauth.validateJwtAccessToken(as, request, audience, options)
}

async function issued(client: TestClient, accessTokenSignAlg: SigningAlgorithm): Promise<string> {
  expect((await deployment.walk.call('/service/update', { accessTokenSignAlg })).status).toBe(200)
  const kind = { ...SECRET_BASIC, settings: client.settings }
  const own = await openOauth4webapi(deployment, { kind, client, certificate: SECRET_BASIC.holds })
  return (await own.credentials('accounts:read')).access_token
}

describe.each(SIGNING_ALGORITHMS)('validateJwtAccessToken of oauth4webapi, with %s', (alg) => {
  test('the validator takes an unbound token of this issuer for its audience', async () => {
    const client = await deployment.walk.addClient(BASIC)
    const claims = await validate(await issued(client, alg), alg)
    expect(claims).toMatchObject({
      ...{ iss: deployment.issuer, aud: deployment.issuer, sub: client.id, client_id: client.id },
      scope: 'accounts:read',
    })
    expect(claims).not.toHaveProperty('cnf')
  })

  test('the validator refuses an unbound token for another audience, and one with a changed signature', async () => {
    const token = await issued(await deployment.walk.addClient(BASIC), alg)
    await expect(validate(token, alg, 'https://rs.example.com')).rejects.toMatchObject({
      code: oauth.JWT_CLAIM_COMPARISON,
    })
    const [header, payload, signature = ''] = token.split('.')
    const changed = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`
    await expect(validate([header, payload, changed].join('.'), alg)).rejects.toMatchObject({
      message: 'JWT signature verification failed',
    })
  })

  test('the validator refuses a bound token, because it cannot check the binding', async () => {
    const token = await issued(await deployment.walk.addClient(BASIC, BOUND), alg)
    await expect(validate(token, alg)).rejects.toMatchObject({
      message: 'unsupported JWT Confirmation method',
      cause: { claims: { cnf: cnfOf(SECRET_BASIC.holds) } },
    })
  })
})

test('a bound token verifies offline with the published keys and has its binding', async () => {
  const token = await issued(await deployment.walk.addClient(BASIC, BOUND), 'ES256')
  const answer = await deployment.fetchAs()(as.jwks_uri ?? '', { headers: {} })
  const keys = createLocalJWKSet((await answer.json()) as JSONWebKeySet)
  const { payload } = await jwtVerify(token, keys, {
    ...{ issuer: deployment.issuer, audience: deployment.issuer, typ: 'at+jwt' },
    requiredClaims: ['exp', 'iat', 'sub', 'client_id', 'jti'],
  })
  expect(payload['cnf']).toEqual(cnfOf(SECRET_BASIC.holds))
})
