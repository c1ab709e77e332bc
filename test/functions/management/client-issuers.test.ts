import { expect, test } from 'vitest'
import { issuerPem, issuerVectors } from '../../support/issuer-vectors.ts'
import { basic, failure, OWNER_KEY, OWNER_SECRET } from '../../support/management.ts'
import { testManagement } from '../../support/test-runtime.ts'
import { certificatePem } from '../../support/vectors.ts'

const { v3, call } = await testManagement()

const TLS = {
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: 'CN=client.example.org,O=Client1,C=GB',
}
const ISSUERS = { clientCertificateIssuers: [issuerPem('root-a')] }

async function created(settings: object = {}): Promise<string> {
  const { status, json } = await v3('POST', '/client/create', { ...TLS, ...settings })
  expect(status).toBe(200)
  return String(json['clientId'])
}

test('issuers of one client are stored and returned, and only null removes them', async () => {
  const id = await created(ISSUERS)
  const update = async (settings: object) =>
    (await v3('POST', `/client/update/${id}`, { ...TLS, ...settings })).json['clientCertificateIssuers']
  expect((await v3('GET', `/client/get/${id}`)).json).toMatchObject(ISSUERS)
  expect(await update({ clientName: 'Known only with the settings of Authlete' })).toEqual(
    ISSUERS.clientCertificateIssuers,
  )
  const both = ['root-a', 'root-a-new-key'].map(issuerPem)
  expect(await update({ clientCertificateIssuers: both })).toEqual(both)
  expect(await update({ clientCertificateIssuers: [] })).toEqual([])
  expect(await update({ clientCertificateIssuers: null })).toBeUndefined()
  expect(await update({})).toBeUndefined()
})

test.each([
  ['is not a certificate', 'x'],
  ['is empty', ''],
  ['is the certificate of a client', certificatePem('client-ec-p256')],
  ['has two certificates', issuerPem('root-a') + issuerPem('root-b')],
])('an issuer of a client that %s is refused, and the refusal names the setting', async (_, wrong) => {
  const settings = { ...TLS, clientCertificateIssuers: [issuerPem('root-a'), wrong] }
  const answer = await v3('POST', '/client/create', settings)
  expect(failure(answer)).toBe('400 A031201')
  expect(answer.json['resultMessage']).toContain("'clientCertificateIssuers'")
})

test('the slash form of a subject is refused, and the message has the right form and its command', async () => {
  for (const slash of [...issuerVectors.open_banking.slash, ' /CN=client']) {
    const answer = await v3('POST', '/client/create', { ...TLS, tlsClientAuthSubjectDn: slash })
    expect(failure(answer)).toBe('400 A031297')
    expect(answer.json['resultMessage']).toMatch(/RFC 4514.*openssl x509 .*-nameopt RFC2253$/)
    expect(answer.json['resultMessage']).not.toContain('PSDGB')
  }
  await created({ tlsClientAuthSubjectDn: 'CN=/a/b,O=c/d' })
})

test('a new service accepts only certificates for clients, and a stored one without the setting accepts all', async () => {
  const owner = basic(OWNER_KEY, OWNER_SECRET)
  const create = async (settings: object) => {
    const { json } = await call(
      'POST',
      '/api/service/create',
      { issuer: 'https://new.example.com', ...settings },
      owner,
    )
    return json['clientCertificateUsage']
  }
  expect(await create({})).toBe('clientAuth')
  expect(await create({ clientCertificateUsage: 'any' })).toBe('any')
  const stored = async () => (await v3('GET', '/service/get')).json['clientCertificateUsage']
  expect(await stored()).toBe('any')
  await v3('POST', '/service/update', { clientCertificateUsage: 'clientAuth' })
  await v3('POST', '/service/update', { serviceName: 'x' })
  expect(await stored()).toBe('clientAuth')
  expect(failure(await v3('POST', '/service/update', { clientCertificateUsage: 'serverAuth' }))).toBe(
    '400 A039292',
  )
  await v3('POST', '/service/update', { clientCertificateUsage: null })
  expect(await stored()).toBe('any')
})
