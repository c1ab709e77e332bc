import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { testRuntime } from '../support/test-runtime.ts'
import { BOUND, openWalk, PUBLIC, REDIRECT_URI } from '../support/walk.ts'
import { articleCases, CERTIFICATE, CLIENT, THUMBPRINT } from './article-cases.ts'

const SERVICE = 21653835348762
const ISSUED_AT = 1591852926 as EpochSeconds

const runtime = await testRuntime()
runtime.clock.now = ISSUED_AT
const walk = await openWalk(runtime, { apiKey: SERVICE, issuer: 'https://as.example.com' })
const client = await walk.addClient(PUBLIC, { ...BOUND, clientId: CLIENT })
beforeEach(() => {
  runtime.clock.now = ISSUED_AT
})

articleCases(() => ({ walk, client, time: (articles) => articles }))

describe('the JWT of the article', () => {
  beforeAll(() => walk.setService({ accessTokenSignAlg: 'ES256' }))

  test('the JWT of the article verifies with the published key and has the claims of the article and of RFC 9068', async () => {
    const answer = await walk.redeem(client, await walk.code(client), CERTIFICATE)
    const jwt = answer.json['jwtAccessToken'] as string
    const jwks = await walk.send({ route: '/jwks', method: 'GET' })
    const { payload } = await jwtVerify(jwt, createLocalJWKSet(jwks.json as unknown as JSONWebKeySet), {
      typ: 'at+jwt',
      issuer: 'https://as.example.com',
      audience: 'https://as.example.com',
      algorithms: ['ES256'],
      currentDate: new Date(ISSUED_AT * 1000),
    })
    expect(decodeProtectedHeader(jwt)).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: '1' })
    expect(payload).toEqual({
      sub: 'testuser01',
      iss: 'https://as.example.com',
      aud: 'https://as.example.com',
      cnf: { 'x5t#S256': THUMBPRINT },
      exp: 1591939326,
      iat: 1591852926,
      client_id: '17566160603766',
      jti: answer.json['accessToken'],
    })
  })

  test('the client of the article gets no scope over its own connection', async () => {
    const code = await walk.code(client)
    const parameters = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
      client_id: client.id,
    }
    const { json } = await walk.post('/token', parameters, CERTIFICATE)
    expect(Object.keys(json).sort()).toEqual(['access_token', 'expires_in', 'refresh_token', 'token_type'])
  })
})
