import { expect, test } from 'vitest'
import { outcome } from '../../support/answers.ts'
import { issuerPairs, issuerPem, issuerVectors } from '../../support/issuer-vectors.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { EVERY_METHOD, TLS } from '../../support/walk.ts'

const walk = await testWalk(EVERY_METHOD)

type Settings = Parameters<typeof walk.addClient>[0]

const OK = 'OK A052001'
const ISSUER_UNKNOWN = 'INVALID_CLIENT A157395 invalid_client'
const USAGE_WRONG = 'INVALID_CLIENT A158392 invalid_client'
const CLIENT: Settings = { ...TLS, tlsClientAuthSubjectDn: 'CN=client.example.org,O=Client1,C=GB' }
const pems = (...names: string[]) => names.map(issuerPem)

/** The answer to a token request of a client with these settings over a connection with this certificate. */
const answerTo = async (certificate: string, settings: Settings = {}) =>
  walk.credentials(await walk.addClient({ ...CLIENT, ...settings }), issuerPem(certificate))

const asked = async (certificate: string, settings?: Settings) =>
  outcome(await answerTo(certificate, settings))

test.each(issuerPairs)(
  'the key decides whether a list of the service or of the client lets in %s with %s',
  async (certificate, authority, isSigner) => {
    const list = { clientCertificateIssuers: pems(authority) }
    const expected = isSigner ? OK : ISSUER_UNKNOWN
    await walk.setService({ clientCertificateIssuers: undefined })
    expect(await asked(certificate, list)).toBe(expected)
    await walk.setService(list)
    expect(await asked(certificate)).toBe(expected)
  },
)

test('a CA with a new key is accepted beside the old one if both are listed', async () => {
  await walk.setService({ clientCertificateIssuers: pems('root-a', 'root-a-new-key') })
  expect(await asked('client-a')).toBe(OK)
  expect(await asked('client-new-key')).toBe(OK)
  expect(await asked('client-b')).toBe(ISSUER_UNKNOWN)
})

test('the lists of the service and of the client must both have the issuer, and the message names the one that has not', async () => {
  const narrow = { clientCertificateIssuers: pems('root-b') }
  await walk.setService({ clientCertificateIssuers: pems('root-a', 'root-b') })
  expect(await asked('client-b', narrow)).toBe(OK)
  expect((await answerTo('client-a', narrow)).json['resultMessage']).toMatch(/Issuers' of the client\.$/)
  expect(await asked('client-a', { clientCertificateIssuers: [] })).toBe(ISSUER_UNKNOWN)
  await walk.setService({ clientCertificateIssuers: pems('root-a') })
  expect((await answerTo('client-b', narrow)).json['resultMessage']).toMatch(/Issuers' of the service\.$/)
  expect(await asked('client-b', narrow)).toBe(ISSUER_UNKNOWN)
})

test('a stored list with an unreadable entry lets nobody in', async () => {
  await walk.setService({ clientCertificateIssuers: undefined })
  expect(await asked('client-a', { clientCertificateIssuers: [...pems('root-a'), 'x'] })).toBe(ISSUER_UNKNOWN)
})

test.each(Object.entries(issuerVectors.for_clients))(
  'with clientAuth the extended key usage of %s is accepted: %s; without the setting it does not matter',
  async (certificate, isForClients) => {
    await walk.setService({ clientCertificateIssuers: undefined, clientCertificateUsage: 'clientAuth' })
    expect(await asked(certificate)).toBe(isForClients ? OK : USAGE_WRONG)
    await walk.setService({ clientCertificateUsage: 'any' })
    expect(await asked(certificate)).toBe(OK)
    await walk.setService({ clientCertificateUsage: undefined })
    expect(await asked(certificate)).toBe(OK)
  },
)

test('neither issuers nor the extended key usage matter to a binding or to a registered certificate', async () => {
  await walk.setService({ clientCertificateIssuers: [], clientCertificateUsage: 'clientAuth' })
  const certificate = issuerPem('usage-server')
  const basic = await walk.addClient(
    { ...TLS, tokenAuthMethod: 'CLIENT_SECRET_BASIC', tlsClientAuthSubjectDn: undefined },
    { tlsClientCertificateBoundAccessTokens: true },
  )
  expect(outcome(await walk.credentials(basic, certificate))).toBe(OK)
  const selfSigned = await walk.addClient({
    ...TLS,
    tlsClientAuthSubjectDn: undefined,
    tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH',
    jwks: { keys: [jwkOf('self-signed-ec')] },
  })
  expect(outcome(await walk.credentials(selfSigned, certificate))).toBe(
    'INVALID_CLIENT A157333 invalid_client',
  )
})

test('the names of attributes that open banking uses are read in both forms that OpenSSL prints', async () => {
  await walk.setService({ clientCertificateIssuers: undefined, clientCertificateUsage: 'clientAuth' })
  for (const tlsClientAuthSubjectDn of issuerVectors.open_banking.rfc4514) {
    expect(await asked('open-banking', { tlsClientAuthSubjectDn })).toBe(OK)
  }
})

test('a subject in the order of the certificate is refused with a reason of its own, and the message has the right form and its command', async () => {
  for (const tlsClientAuthSubjectDn of issuerVectors.open_banking.reversed) {
    const answer = await answerTo('open-banking', { tlsClientAuthSubjectDn })
    expect(outcome(answer)).toBe('INVALID_CLIENT A158393 invalid_client')
    expect(answer.json['resultMessage']).toMatch(/RFC 4514.*openssl x509 .*-nameopt RFC2253$/)
    expect(walk.runtime.lines.at(-1)).toContain('"reason":"subject-reversed"')
  }
  const partly = 'O=Client1,CN=client.example.org,C=GB'
  expect(await asked('client-a', { tlsClientAuthSubjectDn: partly })).toBe(
    'INVALID_CLIENT A157343 invalid_client',
  )
})
