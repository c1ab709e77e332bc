import { expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { certificatePem, spelling } from '../../support/vectors.ts'
import { BASIC, openWalk, OTHER, OWN, POST, PUBLIC, TLS, type TestClient } from '../../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk

/** The outcome of a token request on the Web API, credentials exactly as given. */
async function asked(members: Record<string, unknown>, parameters: Record<string, string> = {}) {
  const all = { grant_type: 'client_credentials', ...parameters }
  const form = Object.entries(all).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return outcome(await walk.call('/auth/token', { parameters: form.join('&'), ...members }))
}

const inCall = ({ id, secret }: TestClient) => ({ clientId: id, clientSecret: secret })
const inForm = ({ id, secret }: TestClient) => ({ client_id: id, client_secret: secret })
const invalid = (resultCode: string) => `INVALID_CLIENT ${resultCode} invalid_client`
const OK = 'OK A052001'

test('CLIENT_SECRET_BASIC reads the members of the call, not the parameters', async () => {
  const client = await walk.addClient(BASIC)
  expect(await asked(inCall(client))).toBe(OK)
  expect(await asked({}, inForm(client))).toBe(invalid('A157357'))
  expect(await asked({ clientSecret: client.secret }, { client_id: client.id })).toBe(invalid('A157357'))
  expect(await asked({ clientId: client.id })).toBe(invalid('A157304'))
  expect(await asked({ clientId: client.id, clientSecret: '' })).toBe(invalid('A157304'))
  expect(await asked({ clientId: client.id, clientSecret: null })).toBe(invalid('A157304'))
})

test('CLIENT_SECRET_BASIC has one secret, compared in full', async () => {
  const client = await walk.addClient(BASIC)
  for (const wrong of [`${client.secret}A`, client.secret.slice(1), client.secret.toLowerCase()]) {
    expect(await asked({ clientId: client.id, clientSecret: wrong })).toBe(invalid('A157305'))
  }
  const other = await walk.addClient(BASIC)
  expect(await asked({ clientId: client.id, clientSecret: other.secret })).toBe(invalid('A157305'))
})

test('CLIENT_SECRET_BASIC ignores a secret in the parameters, and refuses another client there', async () => {
  const client = await walk.addClient(BASIC)
  expect(await asked(inCall(client), { client_id: client.id, client_secret: 'wrong' })).toBe(OK)
  const other = await walk.addClient(BASIC)
  expect(await asked(inCall(client), { client_id: other.id })).toBe('BAD_REQUEST A048312 invalid_request')
})

test('CLIENT_SECRET_BASIC fails without a stored secret', async () => {
  const client = await walk.addClient(BASIC)
  await walk.setClient(client, { clientSecretDigest: undefined })
  expect(await asked(inCall(client))).toBe(invalid('A157305'))
})

test('CLIENT_SECRET_POST reads the parameters, not the members of the call', async () => {
  const client = await walk.addClient(POST)
  expect(await asked({}, inForm(client))).toBe(OK)
  expect(await asked({}, { ...inForm(client), client_secret: 'wrong' })).toBe(invalid('A157305'))
  expect(await asked({}, { client_id: client.id })).toBe(invalid('A157304'))
  expect(await asked({}, { client_id: client.id, client_secret: '' })).toBe(invalid('A157304'))
  expect(await asked(inCall(client))).toBe(invalid('A157304'))
  expect(await asked(inCall(client), inForm(client))).toBe(invalid('A157304'))
})

const AS_PUBLIC = 'BAD_REQUEST A052301 unauthorized_client'

test('NONE is for a public client that is named in either place and sends nothing else', async () => {
  const client = await walk.addClient(PUBLIC)
  expect(await asked({}, { client_id: client.id })).toBe(AS_PUBLIC)
  expect(await asked({ clientId: client.id })).toBe(AS_PUBLIC)
  expect(await asked({}, { client_id: client.id, client_secret: '' })).toBe(AS_PUBLIC)
})

test('NONE refuses any credentials', async () => {
  const client = await walk.addClient(PUBLIC)
  expect(await asked(inCall(client))).toBe(invalid('A157303'))
  expect(await asked({}, inForm(client))).toBe(invalid('A157303'))
  expect(await asked({ clientSecret: client.secret }, { client_id: client.id })).toBe(invalid('A157303'))
  expect(await asked({}, { client_id: client.id, client_assertion: 'a.b.c' })).toBe(invalid('A157303'))
})

test('NONE is not for confidential clients, and secrets are not for public ones', async () => {
  const confidential = await walk.addClient({ ...BASIC, tokenAuthMethod: 'NONE' })
  expect(await asked({}, { client_id: confidential.id })).toBe(invalid('A157301'))
  for (const tokenAuthMethod of ['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'TLS_CLIENT_AUTH'] as const) {
    const client = await walk.addClient({ ...TLS, clientType: 'PUBLIC', tokenAuthMethod })
    const members = tokenAuthMethod === 'CLIENT_SECRET_BASIC' ? inCall(client) : {}
    const parameters = tokenAuthMethod === 'CLIENT_SECRET_POST' ? inForm(client) : { client_id: client.id }
    expect(await asked({ ...members, clientCertificate: OWN }, parameters)).toBe(invalid('A157302'))
  }
})

const named = (client: TestClient) => ({ client_id: client.id })
const seconds = (date: string) => (Date.parse(date) / 1000) as EpochSeconds

test.each([
  ['the registered subject', OWN, OK],
  ['another subject', OTHER, invalid('A157343')],
  ['no certificate', undefined, invalid('A157327')],
  ['an empty certificate', '', invalid('A157327')],
  ['an unreadable certificate', spelling('truncated-der'), invalid('A157328')],
  ['two certificates', `${OWN}${OTHER}`, invalid('A157328')],
])('TLS_CLIENT_AUTH with %s certificate', async (_name, clientCertificate, expected) => {
  const client = await walk.addClient(TLS)
  expect(await asked({ clientCertificate }, named(client))).toBe(expected)
})

test('TLS_CLIENT_AUTH names its client by client_id, never by the certificate', async () => {
  await walk.addClient(TLS)
  expect(await asked({ clientCertificate: OWN })).toBe('BAD_REQUEST A244305 invalid_request')
})

test('TLS_CLIENT_AUTH takes no secret beside it', async () => {
  const client = await walk.addClient(TLS)
  expect(await asked({ clientCertificate: OWN, ...inCall(client) })).toBe(invalid('A157392'))
  expect(await asked({ clientCertificate: OWN }, inForm(client))).toBe(invalid('A157392'))
  const secretAlone = { clientCertificate: OWN, clientSecret: client.secret }
  expect(await asked(secretAlone, named(client))).toBe(invalid('A157392'))
  expect(await asked({ clientCertificate: OWN }, { ...named(client), client_assertion: 'a.b.c' })).toBe(
    invalid('A157392'),
  )
})

test('TLS_CLIENT_AUTH compares distinguished names, not texts', async () => {
  const client = await walk.addClient(TLS, {
    tlsClientAuthSubjectDn: 'cn = Client.Example.org , o=client1, L=Chiyoda-ku,ST=Tokyo,C=JP',
  })
  expect(await asked({ clientCertificate: OWN }, named(client))).toBe(OK)
  await walk.setClient(client, {
    tlsClientAuthSubjectDn: 'C=JP,ST=Tokyo,L=Chiyoda-ku,O=Client1,CN=client.example.org',
  })
  expect(await asked({ clientCertificate: OWN }, named(client))).toBe(invalid('A157343'))
})

test('TLS_CLIENT_AUTH matches nothing where the registered name is missing or malformed', async () => {
  const client = await walk.addClient(TLS, { tlsClientAuthSubjectDn: undefined })
  expect(await asked({ clientCertificate: OWN }, named(client))).toBe(invalid('A157340'))
  await walk.setClient(client, { tlsClientAuthSubjectDn: 'CN=client.example.org;O=Client1' })
  expect(await asked({ clientCertificate: OWN }, named(client))).toBe(invalid('A157342'))
})

test.each([
  ['expired', '2021-01-01T00:00:00Z', 0, OK],
  ['expired', '2021-01-01T00:00:00Z', 1, invalid('A157393')],
  ['expired', '2026-11-24T00:00:00Z', 0, invalid('A157393')],
  ['expired', '2020-01-01T00:00:00Z', 0, OK],
  ['expired', '2020-01-01T00:00:00Z', -1, invalid('A157393')],
  ['not-yet-valid', '2045-01-01T00:00:00Z', -1, invalid('A157393')],
  ['not-yet-valid', '2045-01-01T00:00:00Z', 0, OK],
])('TLS_CLIENT_AUTH with the certificate $0 at $1, $2 s', async (name, date, offset, expected) => {
  const subject = name === 'expired' ? 'CN=expired.example.org,O=Client1' : 'CN=future.example.org,O=Client1'
  const client = await walk.addClient(TLS, { tlsClientAuthSubjectDn: subject })
  runtime.clock.now = (seconds(date) + offset) as EpochSeconds
  expect(await asked({ clientCertificate: certificatePem(name) }, named(client))).toBe(expected)
})

test.each([
  ['NONE', PUBLIC],
  ['CLIENT_SECRET_BASIC', BASIC],
  ['CLIENT_SECRET_POST', POST],
  ['TLS_CLIENT_AUTH', TLS],
] as const)('%s is refused where the service does not support it', async (method, kind) => {
  const others = (['NONE', 'CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'TLS_CLIENT_AUTH'] as const).filter(
    (name) => name !== method,
  )
  await walk.setService({ supportedTokenAuthMethods: others })
  const client = await walk.addClient(kind)
  expect(outcome(await walk.credentials(client, OWN))).toBe(invalid('A157344'))
})

test('clients that are unknown, locked or of another service are refused by any method', async () => {
  expect(await asked({ clientId: '1', clientSecret: 'x' })).toBe(invalid('A048304'))
  expect(await asked({ clientId: 'x'.repeat(257), clientSecret: 'x' })).toBe(invalid('A048304'))
  const locked = await walk.addClient(BASIC, { locked: true })
  expect(await asked(inCall(locked))).toBe(invalid('A048307'))
  const elsewhere = await (await openWalk(runtime)).addClient(BASIC)
  expect(await asked(inCall(elsewhere))).toBe(invalid('A048304'))
})

test('two methods at once in the form are refused', async () => {
  const client = await walk.addClient(POST)
  const parameters = { ...inForm(client), client_assertion: 'a.b.c' }
  expect(await asked({}, parameters)).toBe('BAD_REQUEST A158391 invalid_request')
})
