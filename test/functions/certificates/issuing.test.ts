import { X509Certificate } from 'node:crypto'
import { beforeEach, describe, expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { atCall, callsOf } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, BOUND, OWN, RENEWED, SUBJECT, TLS } from '../../support/walk.ts'
import { THUMBPRINT, twoProcesses } from './two-processes.ts'

const { runtime, proxy, walk, revoke } = await twoProcesses()

describe.each([
  ['a client that authenticates with its certificate', TLS, 'INVALID_CLIENT A244399 invalid_client'],
  ['a client that authenticates otherwise', BASIC, 'BAD_REQUEST A244398 invalid_request'],
])('%s', (_, kind, refused) => {
  test('gets no tokens after the cache of the registry, and those of before are dead at first use', async () => {
    const client = await walk().addClient(kind, BOUND)
    await walk().credentials(client, OWN)
    await revoke()
    const late = await walk().credentials(client, OWN)
    expect(outcome(late)).toBe('OK A052001')
    expect(outcome(await walk().introspect(tokensOf(late).access, OWN))).toBe(
      'UNAUTHORIZED A057397 invalid_token',
    )
    runtime.clock.now = addSeconds(START, runtime.settings.registryCacheSeconds)
    expect(outcome(await walk().credentials(client, OWN))).toBe(refused)
    expect(runtime.logged().at(-1)).toMatchObject({ revocation: 'operator', thumbprint: THUMBPRINT })
  })

  test('gets no first token for a certificate that was revoked before it was seen', async () => {
    const client = await walk().addClient(kind, BOUND)
    await revoke()
    expect(outcome(await walk().credentials(client, OWN))).toBe(refused)
    const code = await walk().code(client)
    expect(outcome(await walk().redeem(client, code, OWN))).toBe(refused)
  })
})

test('a pushed request is refused with a revoked certificate after the cache of the registry', async () => {
  const client = await walk().addClient(TLS, BOUND)
  const request = { response_type: 'code', redirect_uri: 'https://client.example.org/cb/example.com' }
  const push = () => walk().post('/par', { client_id: client.id, ...request }, OWN)
  expect((await push()).status).toBe(201)
  await revoke()
  runtime.clock.now = addSeconds(START, runtime.settings.registryCacheSeconds)
  expect(await push()).toMatchObject({ status: 401, json: { error: 'invalid_client' } })
})

test('management binds no token to a revoked certificate, and lengthens none', async () => {
  const client = await walk().addClient(BASIC)
  const create = (certificateThumbprint?: string, grant: object = { grantType: 'CLIENT_CREDENTIALS' }) =>
    walk().call('/auth/token/create', { ...grant, clientId: client.number, certificateThumbprint })
  const update = (accessToken: unknown, members: object) =>
    walk().call('/auth/token/update', { accessToken, ...members })
  const [bound, unbound] = [await create(THUMBPRINT), await create()]
  const refreshed = await create(THUMBPRINT, { grantType: 'AUTHORIZATION_CODE', subject: SUBJECT })
  await revoke()
  runtime.clock.now = addSeconds(START, runtime.settings.registryCacheSeconds)
  expect(outcome(await create(THUMBPRINT))).toBe('BAD_REQUEST A104294')
  const refused = 'BAD_REQUEST A134296'
  expect(outcome(await update(unbound.json['accessToken'], { certificateThumbprint: THUMBPRINT }))).toBe(
    refused,
  )
  const longer = { accessTokenExpiresAt: (START + 400 * 86_400) * 1000 }
  expect(outcome(await update(bound.json['accessToken'], longer))).toBe(refused)
  const refreshTokenExpiresAt = longer.accessTokenExpiresAt
  expect(outcome(await update(refreshed.json['accessToken'], { refreshTokenExpiresAt }))).toBe(refused)
  const next = { accessTokenValueUpdated: true }
  expect(outcome(await update(bound.json['accessToken'], next))).toBe(refused)
  expect(outcome(await walk().introspect(String(bound.json['accessToken']), OWN))).toBe(
    'UNAUTHORIZED A057397 invalid_token',
  )
  expect(outcome(await update(bound.json['accessToken'], { scopes: [] }))).toBe('OK A135001')
})

test('a token that is bound to a thumbprint does not let the client authenticate with a certificate that is revoked by its serial number', async () => {
  const issuerCertificate = certificatePem('ca-issuing')
  await walk().setService({ trustedRootCertificates: [issuerCertificate] })
  const client = await walk().addClient(TLS)
  const { serialNumber } = new X509Certificate(OWN)
  await revoke({ thumbprint: undefined, issuerCertificate, serialNumber })
  const call = { grantType: 'CLIENT_CREDENTIALS', clientId: client.number, certificateThumbprint: THUMBPRINT }
  expect(outcome(await walk().call('/auth/token/create', call))).toBe('OK A109001')
  expect(outcome(await walk().credentials(client, OWN))).toBe('INVALID_CLIENT A244399 invalid_client')
})

describe('without an inventory', () => {
  beforeEach(() => walk().setService({ certificateInventory: false }))

  test('no note is written, and a revocation reaches the clients that it names', async () => {
    const [named, other] = [await walk().addClient(BASIC, BOUND), await walk().addClient(BASIC, BOUND)]
    const [a, b] = [(await walk().granted(named, OWN)).access, (await walk().granted(other, OWN)).access]
    const notes = (await runtime.tables.grants.scan()).filter(({ id }) => String(id).includes('certificate'))
    expect(notes.filter(({ id }) => String(id).startsWith(walk().serviceId))).toEqual([])
    await revoke({ clientIdentifiers: [named.id] })
    expect(outcome(await walk().introspect(a, OWN))).toBe('UNAUTHORIZED A057397 invalid_token')
    expect(outcome(await walk().introspect(b, OWN))).toBe('OK A056001')
    runtime.clock.now = addSeconds(START, runtime.settings.registryCacheSeconds)
    expect(outcome(await walk().credentials(other, OWN))).toBe('BAD_REQUEST A244398 invalid_request')
  })
})

describe('calls of the store', () => {
  const callsFor = async (act: () => Promise<unknown>) => {
    proxy.passed.length = 0
    await act()
    return callsOf(proxy.passed).map(({ operation }) => operation)
  }

  test('introspection makes one, also of a client with revoked certificates', async () => {
    const client = await walk().addClient(BASIC, BOUND)
    const [{ access }, renewed] = [await walk().granted(client, OWN), await walk().granted(client, RENEWED)]
    await walk().introspect(access, OWN)
    await revoke()
    expect(await callsFor(() => walk().introspect(access, OWN))).toEqual(['BatchGetItem'])
    expect(await callsFor(() => walk().introspect(renewed.access, RENEWED))).toEqual(['BatchGetItem'])
    expect(await callsFor(() => walk().standard(renewed.access))).toEqual(['BatchGetItem'])
  })

  test('a warm token request makes one, and a refresh two', async () => {
    const client = await walk().addClient(TLS, BOUND)
    const { refresh } = await walk().granted(client, OWN)
    expect(await callsFor(() => walk().credentials(client, OWN))).toEqual(['PutItem'])
    expect(await callsFor(() => walk().refresh(client, refresh, OWN))).toEqual(['BatchGetItem', 'UpdateItem'])
  })

  test('a code is not used up, and no token is answered, if the note or the revocations fail', async () => {
    const calls = 12
    for (let n = 2; n <= calls; n++) {
      const client = await walk().addClient(BASIC, BOUND)
      const code = await walk().code(client)
      await walk().redeem(client, 'unknown', OWN)
      proxy.fate = atCall(n, () => Promise.resolve(undefined))
      const answer = await walk().redeem(client, code, OWN)
      proxy.fate = (_, forward) => forward()
      if (outcome(answer) === 'OK A050001') {
        expect(n).toBeGreaterThan(7)
        break
      }
      expect(answer.status).toBe(503)
      expect(outcome(await walk().redeem(client, code, OWN))).toBe('OK A050001')
    }
  })
})
