import { randomUUID } from 'node:crypto'
import { jws, type Members, openAssertions } from './assertions.ts'
import { BASIC, type TestClient, type Walk } from './walk.ts'

const { jwks, key } = openAssertions()

/** Authenticated by assertions that the key `k1` signs. */
export const PRIVATE_KEY_JWT: Parameters<Walk['addClient']>[0] = {
  ...BASIC,
  tokenAuthMethod: 'PRIVATE_KEY_JWT',
  jwks: { keys: jwks.keys.map((jwk) => ({ ...jwk })) },
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The parameters that authenticate a client, good for a minute from `now` on but for what `claims` changes. */
export function asserted(
  client: Pick<TestClient, 'id'>,
  now: number,
  claims: Members = {},
  signedWith = key,
) {
  const right = { iss: client.id, sub: client.id, aud: 'https://as.example.com', exp: now + 60 }
  const payload = { ...right, jti: randomUUID(), ...claims }
  const client_assertion = jws({ alg: 'ES256', kid: 'k1' }, payload, signedWith, 'ES256')
  return { client_assertion_type: ASSERTION_TYPE, client_assertion }
}
