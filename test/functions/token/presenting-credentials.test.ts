import { expect, test } from 'vitest'
import { testWalk } from '../../support/test-runtime.ts'
import { BASIC, basic, BOUND, OWN, POST, TLS, type TestClient } from '../../support/walk.ts'

const walk = await testWalk()

const named = ({ id }: TestClient) => ({ client_id: id })
const withSecret = ({ id, secret }: TestClient) => ({ client_id: id, client_secret: secret })

const CREDENTIALS = { grant_type: 'client_credentials' }

test('Basic has each half form-encoded, also with its client_id in the form', async () => {
  const client = await walk.addClient(BASIC)
  expect((await walk.post('/token', CREDENTIALS, undefined, basic(client))).status).toBe(200)
  const both = await walk.post('/token', { ...CREDENTIALS, ...named(client) }, undefined, basic(client))
  expect(both.status).toBe(200)
})

test('Basic with another client_id in the form is invalid', async () => {
  const [client, other] = [await walk.addClient(BASIC), await walk.addClient(BASIC)]
  const { status, json } = await walk.post(
    '/token',
    { ...CREDENTIALS, ...named(other) },
    undefined,
    basic(client),
  )
  expect([status, json['error']]).toEqual([400, 'invalid_request'])
})

test.each([
  ['Basic and a secret', (client: TestClient) => withSecret(client), true],
  ['Basic and an assertion', (client: TestClient) => ({ ...named(client), client_assertion: 'a.b.c' }), true],
  [
    'a secret and an assertion',
    (client: TestClient) => ({ ...withSecret(client), client_assertion: 'a.b.c' }),
    false,
  ],
])('%s at once is invalid', async (_name, parametersOf, inHeader) => {
  const client = await walk.addClient(inHeader ? BASIC : POST)
  const headers = inHeader ? basic(client) : {}
  const { status, json } = await walk.post(
    '/token',
    { ...CREDENTIALS, ...parametersOf(client) },
    undefined,
    headers,
  )
  expect([status, json['error']]).toEqual([400, 'invalid_request'])
})

test('a certificate on the connection is no method, so it goes with any', async () => {
  const client = await walk.addClient(BASIC, BOUND)
  expect((await walk.post('/token', CREDENTIALS, OWN, basic(client))).status).toBe(200)
})

test('a certificate and a client_id authenticate on a domain with mutual TLS, and nowhere else', async () => {
  const client = await walk.addClient(TLS, BOUND)
  const sent = {
    route: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: `grant_type=client_credentials&client_id=${client.id}`,
    certificate: OWN,
  }
  expect((await walk.send({ ...sent, domainName: 'api.example.com' })).status).toBe(401)
  expect((await walk.send({ ...sent, apiId: 'zzzzzzzzzz' })).status).toBe(401)
  const { status, json } = await walk.send(sent)
  expect([status, json['token_type']]).toEqual([200, 'Bearer'])
})
