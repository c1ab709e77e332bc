import { expect, test } from 'vitest'
import { present } from '../../../shared/certificate/presented.ts'
import { bindingRequired, bindTo, mayRenewCertificate } from '../../../shared/token/token-binding.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service, TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import { certificatePem, certificates, pemSpellings, spelling } from '../../support/vectors.ts'

test.each([
  [true, true, true],
  [true, false, false],
  [false, true, false],
  [false, false, false],
])('service %s and client %s: binding required %s', (ofService, ofClient, required) => {
  const service = Service.parse({
    apiKey: 1,
    issuer: 'https://as.example.com',
    credentials: [],
    tlsClientCertificateBoundAccessTokens: ofService,
  })
  const client = Client.parse({ clientId: 1, tlsClientCertificateBoundAccessTokens: ofClient })
  expect(bindingRequired(service, client)).toBe(required)
})

test('neither a service nor a client requires binding unless it says so', () => {
  const service = Service.parse({ apiKey: 1, issuer: 'https://as.example.com', credentials: [] })
  expect(bindingRequired(service, Client.parse({ clientId: 1 }))).toBe(false)
})

test.each(certificates)('$name binds to its thumbprint, whatever its dates and key', (certificate) => {
  expect(bindTo(present(certificatePem(certificate.name)))).toEqual({ 'x5t#S256': certificate['x5t#S256'] })
})

test.each([undefined, '', ' \n\t', '(null)'])('%j is no certificate', (text) => {
  expect(() => bindTo(present(text))).toThrow(
    expect.objectContaining({ reason: 'binding-certificate-missing' }),
  )
})

test.each(pemSpellings.spellings.filter((entry) => entry.verdict === 'refuse' && entry.source === 'text'))(
  '$id is unreadable, never absent',
  ({ id }) => {
    expect(() => bindTo(present(spelling(id)))).toThrow(
      expect.objectContaining({
        reason: 'binding-certificate-unreadable',
      }),
    )
  },
)

test('of the methods, only a certificate and a key prove the client at each request', () => {
  expect(TOKEN_AUTH_METHODS.filter(mayRenewCertificate)).toEqual([
    'TLS_CLIENT_AUTH',
    'SELF_SIGNED_TLS_CLIENT_AUTH',
    'PRIVATE_KEY_JWT',
  ])
})
