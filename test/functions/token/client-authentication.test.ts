import { expect, test } from 'vitest'
import type { EpochSeconds } from '../../../shared/epoch-seconds.ts'
import { digest } from '../../../shared/store/digest.ts'
import { outcome } from '../../support/answers.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, basic, form, OWN, POST, PUBLIC, TLS, type TestClient } from '../../support/walk.ts'

const walk = await testWalk()
const { runtime } = walk

/** The outcome of a token request on the Web API, credentials exactly as given. */
async function asked(members: Record<string, unknown>, parameters: Record<string, string> = {}) {
  const all = { grant_type: 'client_credentials', ...parameters }
  return outcome(await walk.call('/auth/token', { parameters: form(all), ...members }))
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
})

test('CLIENT_SECRET_POST is taken if the members of the call repeat its credentials', async () => {
  const client = await walk.addClient(POST)
  const { id, secret } = client
  expect(await asked(inCall(client), inForm(client))).toBe(OK)
  expect(await asked({ clientSecret: secret }, inForm(client))).toBe(OK)
  expect(await asked({ clientId: id, clientSecret: '' }, inForm(client))).toBe(OK)
  const { access } = await walk.granted(client, OWN)
  const revoked = { parameters: form({ token: access, ...inForm(client) }), ...inCall(client) }
  expect(outcome(await walk.call('/auth/revocation', revoked))).toBe('OK A113001')
})

test('CLIENT_SECRET_POST is refused if one of two places has another secret', async () => {
  const client = await walk.addClient(POST)
  const other = await walk.addClient(POST)
  for (const secret of [other.secret, 'wrong', `${client.secret}A`]) {
    const wrong = { ...client, secret }
    expect(await asked(inCall(wrong), inForm(client))).toBe(invalid('A157305'))
    expect(await asked(inCall(client), inForm(wrong))).toBe(invalid('A157305'))
    expect(await asked(inCall(wrong), inForm(wrong))).toBe(invalid('A157305'))
  }
  expect(await asked(inCall(client), { client_id: client.id })).toBe(invalid('A157304'))
})

const CONTRADICTED = 'BAD_REQUEST A048312 invalid_request'

test('CLIENT_SECRET_POST is refused if the two places name different clients, also with one secret', async () => {
  const client = await walk.addClient(POST)
  const twin = await walk.addClient(POST, { clientSecretDigest: digest(client.secret) })
  expect(await asked(inCall(client), { ...inForm(client), client_id: twin.id })).toBe(CONTRADICTED)
  expect(await asked({ ...inCall(client), clientId: twin.id }, inForm(client))).toBe(CONTRADICTED)
  expect(await asked(inCall(client), { ...inForm(client), client_id: '4711' })).toBe(CONTRADICTED)
  expect(await asked({ ...inCall(client), clientId: '4711' }, inForm(client))).toBe(CONTRADICTED)
})

test('only for CLIENT_SECRET_POST on the Web API are the number and the alias in two places the same client', async () => {
  await walk.setService({ clientIdAliasEnabled: true })
  const aliased = (name: string) => ({ clientIdAlias: name, clientIdAliasEnabled: true })
  const client = await walk.addClient(POST, aliased('posting'))
  const alias = { ...client, id: 'posting' }
  expect(await asked(inCall(alias), inForm(client))).toBe(OK)
  expect(await asked(inCall(client), inForm(alias))).toBe(OK)
  expect(await asked(inCall({ ...alias, secret: 'wrong' }), inForm(client))).toBe(invalid('A157305'))
  expect(await asked({ clientId: 'posting' }, inForm(client))).toBe(CONTRADICTED)
  const other = await walk.addClient(BASIC, aliased('basic'))
  expect(await asked(inCall({ ...other, id: 'basic' }), inForm(other))).toBe(CONTRADICTED)
  expect(await asked(inCall(alias), inForm({ ...client, id: other.id }))).toBe(CONTRADICTED)
  const twice = { grant_type: 'client_credentials', ...inForm(client) }
  const onOAuthFace = await walk.post('/token', twice, undefined, basic(alias))
  expect([onOAuthFace.status, onOAuthFace.json['error']]).toEqual([400, 'invalid_request'])
  await walk.setClient(client, { ...aliased('posting'), clientIdAliasEnabled: false })
  expect(await asked(inCall(alias), inForm(client))).toBe(CONTRADICTED)
  await walk.resetService()
})

test('the log line of a client that authenticates by a short secret has weakSecret', async () => {
  const { lines } = runtime
  for (const [weakSecret, expected] of [
    [undefined, undefined],
    [true, true],
  ] as const) {
    const client = await walk.addClient(BASIC, { weakSecret })
    expect(await asked(inCall(client))).toBe(OK)
    expect((JSON.parse(lines.at(-1) ?? '') as { weakSecret?: boolean }).weakSecret).toBe(expected)
  }
})

const AS_PUBLIC = 'BAD_REQUEST A052301 unauthorized_client'

test('NONE is for a public client that is named in either place and sends nothing else', async () => {
  const client = await walk.addClient(PUBLIC)
  expect(await asked({}, { client_id: client.id })).toBe(AS_PUBLIC)
  expect(await asked({ clientId: client.id })).toBe(AS_PUBLIC)
  expect(await asked({}, { client_id: client.id, client_secret: '' })).toBe(AS_PUBLIC)
})

const named = (client: TestClient) => ({ client_id: client.id })
const seconds = (date: string) => (Date.parse(date) / 1000) as EpochSeconds

test('TLS_CLIENT_AUTH names its client by client_id, never by the certificate', async () => {
  await walk.addClient(TLS)
  expect(await asked({ clientCertificate: OWN })).toBe('BAD_REQUEST A244305 invalid_request')
})

test('TLS_CLIENT_AUTH compares distinguished names, not texts', async () => {
  const client = await walk.addClient(TLS, {
    tlsClientAuthSubjectDn: 'cn = Client.Example.org , o=client1, L=Chiyoda-ku,ST=Tokyo,C=JP',
  })
  expect(await asked({ clientCertificate: OWN }, named(client))).toBe(OK)
  await walk.setClient(client, {
    tlsClientAuthSubjectDn: 'C=JP,ST=Tokyo,L=Chiyoda-ku,O=Client1,CN=client.example.org',
  })
  expect(await asked({ clientCertificate: OWN }, named(client))).toBe(invalid('A158393'))
})

test.each([
  ['expired', '2021-01-01T00:00:00Z', 0, OK],
  ['expired', '2021-01-01T00:00:00Z', 1, invalid('A157393')],
  ['expired', '2026-11-24T00:00:00Z', 0, invalid('A157393')],
  ['expired', '2020-01-01T00:00:00Z', 0, OK],
  ['expired', '2020-01-01T00:00:00Z', -1, invalid('A157393')],
  ['not-yet-valid', '2045-01-01T00:00:00Z', -1, invalid('A157393')],
  ['not-yet-valid', '2045-01-01T00:00:00Z', 0, OK],
])(
  'TLS_CLIENT_AUTH with the certificate $0 is answered at $1, $2 s, with $3',
  async (name, date, offset, expected) => {
    const subject =
      name === 'expired' ? 'CN=expired.example.org,O=Client1' : 'CN=future.example.org,O=Client1'
    const client = await walk.addClient(TLS, { tlsClientAuthSubjectDn: subject })
    runtime.clock.now = (seconds(date) + offset) as EpochSeconds
    expect(await asked({ clientCertificate: certificatePem(name) }, named(client))).toBe(expected)
  },
)
