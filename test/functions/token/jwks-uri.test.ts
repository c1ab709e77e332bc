import { X509Certificate } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { answerWith, testKeyServer } from '../../shared/authentication/key-server.ts'
import { outcome } from '../../support/answers.ts'
import { jws, openAssertions } from '../../support/assertions.ts'
import { authority, pemOf } from '../../support/certificate-chain.ts'
import { type FixedRuntime, fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, type TestClient, type Walk, EVERY_METHOD } from '../../support/walk.ts'

const EC = certificatePem('self-signed-ec')
const RSA = certificatePem('self-signed-rsa-pss-signature')
const OK = 'OK A052001'
const invalid = (resultCode: string) => `INVALID_CLIENT ${resultCode} invalid_client`
const DIFFERS = invalid('A157333')

const server = await testKeyServer()
let runtime: FixedRuntime
let walk: Walk

beforeEach(async () => {
  // The memory about key servers goes with the runtime.
  runtime = await fixedRuntime({}, undefined, { ...server.internet })
  walk = await openWalk(runtime, EVERY_METHOD)
  return () => runtime.close()
})

const at = (seconds: number) => {
  runtime.clock.now = addSeconds(START, seconds)
}
const publish = (...keys: object[]) => {
  server.state.answer = answerWith(JSON.stringify({ keys }))
}
const fetches = () => server.seen.requests.length
const [ecKey, rsaKey] = [jwkOf('self-signed-ec'), jwkOf('self-signed-rsa-pss-signature')]

describe('SELF_SIGNED_TLS_CLIENT_AUTH with a jwksUri', () => {
  const SELF_SIGNED = { ...BASIC, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' } as const
  let client: TestClient
  let asked: (certificate: string) => Promise<string>

  beforeEach(async () => {
    // The key set that the record holds beside it is not used.
    const jwks = { keys: [jwkOf('client-ec-p256')] }
    client = await walk.addClient(SELF_SIGNED, { jwksUri: server.uri, jwks })
    asked = async (certificate) => outcome(await walk.credentials(client, certificate))
  })

  test('a client by self-signed certificate follows the rotation of certificates at its key server', async () => {
    publish(ecKey)
    expect(await asked(EC)).toBe(OK)
    expect(await asked(EC)).toBe(OK)
    expect(fetches()).toBe(1)

    publish(ecKey, rsaKey)
    at(59)
    expect(await asked(RSA)).toBe(DIFFERS)
    expect(fetches()).toBe(1)
    at(60)
    expect(await asked(RSA)).toBe(OK)
    expect(fetches()).toBe(2)

    at(120)
    expect([await asked(EC), await asked(RSA)]).toEqual([OK, OK])
    expect(fetches()).toBe(2)

    publish(rsaKey)
    at(659)
    expect(await asked(EC)).toBe(OK)
    at(660)
    expect([await asked(EC), await asked(RSA)]).toEqual([DIFFERS, OK])
    expect(fetches()).toBe(3)
  })

  test('a client by self-signed certificate is bound on the OAuth face, and refreshes with either certificate', async () => {
    publish(ecKey, rsaKey)
    const bound = await walk.addClient(SELF_SIGNED, { jwksUri: server.uri, ...BOUND })
    const send = async (members: object, certificate: string) =>
      (await walk.post('/token', { client_id: bound.id, ...members }, certificate)).json
    const code = await walk.code(bound)
    const redirect_uri = 'https://client.example.org/cb/example.com'
    const first = await send({ grant_type: 'authorization_code', code, redirect_uri }, EC)
    const second = await send({ grant_type: 'refresh_token', refresh_token: first['refresh_token'] }, RSA)
    const token = second['access_token'] as string
    expect((await walk.post('/introspection', { token }, RSA)).status).toBe(200)
    expect((await walk.post('/introspection', { token }, EC)).status).toBe(401)
  })

  test('a certificate behind a jwksUri that can issue others is refused where any trusted issuer can name a client', async () => {
    const mallory = await authority('mallory')
    const { publicKey, raw } = new X509Certificate(mallory.der)
    publish(ecKey, { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] })
    expect([await asked(pemOf(mallory)), await asked(EC)]).toEqual([invalid('A157399'), OK])
    await walk.setService({ clientCertificateIssuers: [certificatePem('ca-issuing')] })
    expect(await asked(pemOf(mallory))).toBe(OK)
  })

  test('a client by self-signed certificate is known by the certificate of the key that it names', async () => {
    publish({ ...ecKey, kid: 'ec' }, { ...rsaKey, kid: 'rsa' })
    const named = { jwksUri: server.uri, selfSignedCertificateKeyId: 'rsa' }
    const one = await walk.addClient(SELF_SIGNED, named)
    expect(outcome(await walk.credentials(one, RSA))).toBe(OK)
    expect(outcome(await walk.credentials(one, EC))).toBe(DIFFERS)
  })
})

describe('PRIVATE_KEY_JWT with a jwksUri', () => {
  const [old, fresh] = [openAssertions(), openAssertions()]
  const key = ({ jwks }: typeof old, kid: string) => ({ ...jwks.keys[0], kid })
  let client: TestClient

  beforeEach(async () => {
    client = await walk.addClient({ ...BASIC, tokenAuthMethod: 'PRIVATE_KEY_JWT', jwksUri: server.uri })
  })

  const asked = async (signedBy: typeof old, kid: string, jti: string) => {
    const claims = { iss: client.id, sub: client.id, aud: 'https://as.example.com', jti }
    const payload = { ...claims, exp: runtime.clock.now + 60 }
    const parameters = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jws({ alg: 'ES256', kid }, payload, signedBy.key, 'ES256'),
    }
    return outcome(await walk.credentials(client, undefined, parameters))
  }

  test('a client by assertion follows the rotation of keys, and an unknown key does not use up the assertion', async () => {
    publish(key(old, 'old'))
    expect(await asked(old, 'old', '1')).toBe(OK)
    publish(key(old, 'old'), key(fresh, 'new'))
    expect(await asked(fresh, 'new', '2')).toBe(invalid('A157326'))
    expect(fetches()).toBe(1)
    at(60)
    expect(await asked(fresh, 'new', '2')).toBe(OK)
    expect(await asked(old, 'old', '3')).toBe(OK)
    expect(await asked(fresh, 'new', '2')).toBe(invalid('A157398'))
    expect(fetches()).toBe(2)
  })
})
