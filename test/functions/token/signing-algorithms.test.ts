import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose'
import { beforeEach, describe, expect, test } from 'vitest'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../../shared/certificate/jws-algorithms.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { START } from '../../support/fixed-runtime.ts'
import { keySet, newSigningKey } from '../../support/signing-keys.ts'
import { testRuntime } from '../../support/test-runtime.ts'
import { BASIC, BOUND, openWalk, OTHER, OWN, type TestClient, type Walk } from '../../support/walk.ts'

const ISSUER = 'https://as.example.com'
const keys = SIGNING_ALGORITHMS.map((alg) => newSigningKey(`key of ${alg}`, alg))

let walk: Walk
let client: TestClient

const runtime = await testRuntime()
beforeEach(async () => {
  walk = await openWalk(runtime, { jwks: [] })
  client = await walk.addClient(BASIC, BOUND)
  expect((await walk.call('/service/update', keySet(...keys.map(({ own }) => own)))).status).toBe(200)
})

async function tokenBy(accessTokenSignAlg: SigningAlgorithm): Promise<string> {
  expect((await walk.call('/service/update', { accessTokenSignAlg })).status).toBe(200)
  return tokensOf(await walk.credentials(client, OWN)).access
}

/** As a resource server does that works offline (RFC 9068 section 4). */
async function verified(jwt: string, alg: SigningAlgorithm, typ = 'at+jwt') {
  const { json } = await walk.send({ route: '/jwks', method: 'GET' })
  return jwtVerify(jwt, createLocalJWKSet(json as unknown as JSONWebKeySet), {
    algorithms: [alg],
    typ,
    issuer: ISSUER,
    audience: ISSUER,
    requiredClaims: ['exp', 'sub', 'client_id', 'iat', 'jti'],
    currentDate: new Date(START * 1000),
  })
}

describe.each(SIGNING_ALGORITHMS)('%s', (alg) => {
  test('the algorithm signs access tokens that verify with the published keys', async () => {
    const jwt = await tokenBy(alg)
    const { payload, protectedHeader } = await verified(jwt, alg)
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: `key of ${alg}` })
    expect(payload).toMatchObject({ client_id: client.id, sub: client.id, cnf: expect.anything() as unknown })
  })

  test('a JWT of the algorithm is introspected and revoked as any other token', async () => {
    const jwt = await tokenBy(alg)
    expect(outcome(await walk.introspect(jwt, OWN))).toBe('OK A056001')
    expect(outcome(await walk.introspect(jwt, OTHER))).toBe('UNAUTHORIZED A065305 invalid_token')
    expect((await walk.standard(jwt))['active']).toBe(true)
    await walk.call('/auth/revocation', {
      parameters: `token=${jwt}`,
      clientId: client.id,
      clientSecret: client.secret,
    })
    expect(outcome(await walk.introspect(jwt, OWN))).toBe('UNAUTHORIZED A057302 invalid_token')
  })

  test('a JWT of the algorithm with a changed header, payload or signature verifies nowhere', async () => {
    const jwt = await tokenBy(alg)
    const dots = [jwt.indexOf('.'), jwt.lastIndexOf('.')] as const
    for (const at of [4, dots[0] + 5, dots[1] + 5]) {
      const changed = jwt.slice(0, at) + (jwt.charAt(at) === 'A' ? 'B' : 'A') + jwt.slice(at + 1)
      await expect(verified(changed, alg)).rejects.toThrow()
      expect((await walk.introspect(changed, OWN)).json['action']).toBe('UNAUTHORIZED')
      expect(await walk.standard(changed)).toEqual({ active: false })
    }
  })

  test('a JWT of the algorithm is refused by a verifier of another algorithm or type', async () => {
    const jwt = await tokenBy(alg)
    await expect(verified(jwt, alg, 'JWT')).rejects.toThrow('typ')
    for (const other of SIGNING_ALGORITHMS.filter((name) => name !== alg)) {
      await expect(verified(jwt, other)).rejects.toThrow('alg')
    }
  })
})

test('the named key signs from every place in the set', async () => {
  const [first, second] = [newSigningKey('first', 'PS256'), newSigningKey('second', 'PS256')]
  const set = { ...keySet(first.own, second.own), accessTokenSignAlg: 'PS256' }
  expect((await walk.call('/service/update', set)).status).toBe(200)
  expect(decodeProtectedHeader(tokensOf(await walk.credentials(client, OWN)).access).kid).toBe('first')
  await walk.setService({
    jwks: [first.open, second.open].map((key) => ({ ...key, kty: 'RSA' })),
    accessTokenSignAlg: 'PS256',
    accessTokenSignatureKeyId: 'second',
  })
  const jwt = tokensOf(await walk.credentials(client, OWN)).access
  expect(decodeProtectedHeader(jwt).kid).toBe('second')
  await verified(jwt, 'PS256')
})

test('a named key of another algorithm signs nothing, and no other replaces it', async () => {
  await walk.setService({
    jwks: keys.map(({ open }) => ({ ...open, kty: open.kty ?? '' })),
    accessTokenSignAlg: 'ES256',
    accessTokenSignatureKeyId: 'key of PS256',
  })
  const answer = await walk.credentials(client, OWN)
  expect(outcome(answer)).toBe('INTERNAL_SERVER_ERROR A050202 server_error')
})
