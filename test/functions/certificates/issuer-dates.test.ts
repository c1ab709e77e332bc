import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { makeIdentity, subjectOf } from '../../../infra/connections/identity.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import { type Der, readCertificate } from '../../../shared/certificate/pem.ts'
import { thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { authorizerEvent } from '../../support/authorizer-events.ts'
import { callsOf } from '../../support/cutting-proxy.ts'
import { certificatePem } from '../../support/vectors.ts'
import { BASIC, BOUND, OTHER, PUBLIC, TLS } from '../../support/walk.ts'
import { twoProcesses } from './two-processes.ts'

const { runtime, proxy, walk } = await twoProcesses()
const BETWEEN = Date.parse('2024-06-01T00:00:00Z')
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const notAfter = new Date('2049-12-31T23:59:59Z')
const authority = async (authorityKey: typeof key) =>
  (
    await makeIdentity({
      ...{ profile: 'ca', commonName: 'ca', key: authorityKey, notAfter },
      notBefore: new Date('2020-01-01T00:00:00Z'),
    })
  ).cert
const ISSUER = await authority(key)
/** A CA of the same name with another key. */
const TWIN = await authority(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
const [OLD, NEW] = await Promise.all([issued('2024-01-01'), issued('2025-01-01')])

/** A certificate of one client, whose validity begins on this day. */
async function issued(day: string): Promise<string> {
  const options = {
    profile: 'client',
    commonName: 'a',
    key,
    notAfter,
    notBefore: new Date(`${day}T00:00:00Z`),
  } as const
  return (await makeIdentity(options, { certificate: new X509Certificate(ISSUER), key })).cert
}

const TLS_CLIENT = { ...TLS, tlsClientAuthSubjectDn: subjectOf('a') }
const setDate = (issuerCertificate: string, notBefore = BETWEEN) =>
  walk().setService({ clientCertificatesNotBefore: [{ issuerCertificate, notBefore }] })
const REFUSED = 'UNAUTHORIZED A057397 invalid_token'

beforeEach(() => walk().setService({ clientCertificateIssuers: [ISSUER] }))

test('older certificates of an issuer are refused with their tokens, and newer ones are not', async () => {
  const [client, other] = [await walk().addClient(PUBLIC, BOUND), await walk().addClient(TLS_CLIENT, BOUND)]
  const old = await walk().granted(client, OLD, { scope: 'openid' })
  const renewed = await walk().granted(other, NEW)
  const code = await walk().code(client)
  await setDate(ISSUER)
  expect(outcome(await walk().introspect(old.access, OLD))).toBe(REFUSED)
  expect(outcome(await walk().call('/auth/userinfo', { token: old.access, clientCertificate: OLD }))).toBe(
    'UNAUTHORIZED A088396 invalid_token',
  )
  expect(outcome(await walk().call('/auth/userinfo/issue', { token: old.access }))).toBe(
    'UNAUTHORIZED A088396 invalid_token',
  )
  expect(await walk().standard(old.access)).toEqual({ active: false })
  expect(await walk().standard(old.refresh)).toEqual({ active: false })
  const settings = { ...runtime.settings, serviceId: walk().number }
  const authorizer = serveAuthorizer(authorizeRequest, { ...runtime, settings })
  const event = authorizerEvent({ authorization: `Bearer ${old.access}`, certificate: OLD }, '2.0')
  expect(await authorizer(event)).toEqual({ isAuthorized: false })
  expect(outcome(await walk().refresh(client, old.refresh, OLD))).toBe('BAD_REQUEST A244398 invalid_request')
  expect(outcome(await walk().redeem(client, code, OLD))).toBe('BAD_REQUEST A244398 invalid_request')
  expect(outcome(await walk().credentials(other, OLD))).toBe('INVALID_CLIENT A244399 invalid_client')

  expect(outcome(await walk().introspect(renewed.access, NEW))).toBe('OK A056001')
  expect(await walk().standard(renewed.access)).toMatchObject({ active: true })
  expect(outcome(await walk().refresh(other, renewed.refresh, NEW))).toBe('OK A053001')
})

test('a refresh by a newer certificate is refused if that of the grant is older', async () => {
  const client = await walk().addClient(TLS_CLIENT, BOUND)
  const { refresh } = await walk().granted(client, OLD)
  await setDate(ISSUER)
  expect(outcome(await walk().refresh(client, refresh, NEW))).toBe('BAD_REQUEST A053398 invalid_grant')
})

test('a certificate whose issuer became known with its date is old or new by its validity, and unknown without one', async () => {
  await walk().setService({ clientCertificateIssuers: [] })
  const client = await walk().addClient(BASIC, BOUND)
  const [old, renewed] = await Promise.all(
    [OLD, NEW].map((certificate) => walk().granted(client, certificate)),
  )
  const about = { grantType: 'CLIENT_CREDENTIALS', clientId: (await walk().addClient(BASIC)).number }
  const certificateThumbprint = thumbprint(readCertificate(OLD) as Der)
  const named = await walk().call('/auth/token/create', { ...about, certificateThumbprint })
  await setDate(ISSUER)
  const tokens = [old?.access, renewed?.access, named.json['accessToken']] as string[]
  const answers = await Promise.all(tokens.map((token) => walk().standard(token)))
  expect(answers).toMatchObject([{ active: false }, { active: true }, { active: false }])
})

test('a warm process notes a certificate again when the service lists its CA, so the date of another CA does not concern it', async () => {
  await walk().setService({ clientCertificateIssuers: [] })
  const client = await walk().addClient(BASIC, BOUND)
  const { access } = await walk().granted(client, OLD)
  await setDate(TWIN)
  expect(await walk().standard(access)).toEqual({ active: false })
  await walk().setService({ clientCertificateIssuers: [ISSUER] })
  await walk().granted(client, OLD)
  expect(await walk().standard(access)).toMatchObject({ active: true })
})

test('certificates of another issuer, and of another CA with the same name, are not concerned', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  const tokens = await Promise.all([OLD, OTHER].map((certificate) => walk().granted(client, certificate)))
  expect(new X509Certificate(TWIN).subject).toBe(new X509Certificate(OLD).issuer)
  for (const issuer of [certificatePem('ca-other-root'), TWIN]) {
    await setDate(issuer)
    for (const [i, certificate] of [OLD, OTHER].entries())
      expect(outcome(await walk().introspect(tokens[i]?.access ?? '', certificate))).toBe('OK A056001')
  }
})

test('a serial number of a CA with the same name and another key revokes no certificate of the issuer', async () => {
  await walk().setService({ clientCertificateIssuers: [ISSUER, TWIN] })
  const { access } = await walk().granted(await walk().addClient(PUBLIC, BOUND), OLD)
  const { serialNumber } = new X509Certificate(OLD)
  const revoke = (issuerCertificate: string) =>
    walk().call('/certificate/revoke', { issuerCertificate, serialNumber })
  expect((await revoke(TWIN)).json['certificates']).toMatchObject([{ thumbprints: [] }])
  expect(outcome(await walk().introspect(access, OLD))).toBe('OK A056001')
  await revoke(ISSUER)
  expect(outcome(await walk().introspect(access, OLD))).toBe(REFUSED)
})

test('standard introspection refuses a bound token without a note, and reads one more item only with a date', async () => {
  const client = await walk().addClient(BASIC, BOUND)
  const { access } = tokensOf(await walk().credentials(client, NEW))
  const calls = async () => {
    await walk().standard('unknown')
    proxy.passed.length = 0
    const { active } = await walk().standard(access)
    return [active, ...callsOf(proxy.passed).map(({ operation }) => operation)]
  }
  expect(await calls()).toEqual([true, 'BatchGetItem'])
  await setDate(ISSUER)
  expect(await calls()).toEqual([true, 'BatchGetItem', 'BatchGetItem'])
  for (const { id } of await runtime.tables.grants.scan())
    if (String(id).startsWith(`${walk().serviceId}.${client.id}.certificate`))
      await runtime.tables.grants.remove({ id })
  expect((await calls())[0]).toBe(false)
  proxy.passed.length = 0
  expect(outcome(await walk().introspect(access, NEW))).toBe('OK A056001')
  expect(callsOf(proxy.passed)).toHaveLength(1)
})

test('the date and a service without notes exclude each other, by name', async () => {
  const update = async (members: object) =>
    (await walk().v3('POST', '/service/update', members)).json['resultCode']
  const clientCertificatesNotBefore = [{ issuerCertificate: ISSUER, notBefore: BETWEEN }]
  expect(await update({ certificateInventory: false, clientCertificatesNotBefore })).toBe('A039695')
  expect(await update({ clientCertificatesNotBefore })).toBeUndefined()
  expect(await update({ certificateInventory: false })).toBe('A039695')
  const wrong = [{ issuerCertificate: OLD, notBefore: BETWEEN }]
  expect(await update({ clientCertificatesNotBefore: wrong })).toBe('A039292')
})
