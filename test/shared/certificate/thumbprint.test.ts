import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import * as z from 'zod/mini'
import { readCertificate } from '../../../shared/certificate/pem.ts'
import { isThumbprint, thumbprint, type Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { certificates, load, presented } from '../../support/vectors.ts'

function thumbprintOf(reference: string): Thumbprint {
  const der = readCertificate(presented(reference))
  if (der === undefined) throw new Error(`no certificate in ${reference}`)
  return thumbprint(der)
}

const appendixA = load(
  'rfc8705-appendix-a/vector.json',
  z.strictObject({
    about: z.string(),
    cnf: z.strictObject({ 'x5t#S256': z.string() }),
    jwks: z.unknown(),
    certificate: z.unknown(),
    openssl_self_signature: z.literal('OK'),
  }),
)

test('the thumbprint of the certificate of RFC 8705 Appendix A is the published one', () => {
  expect(thumbprintOf('file:rfc8705-appendix-a/certificate.pem')).toBe(appendixA.cnf['x5t#S256'])
})

test("the thumbprint of the article's certificate is the published one", () => {
  expect(thumbprintOf('file:article/certificate.pem')).toBe('OID_Sc2yReTDx9QS7f1SMUzNxsh7khJYmaIwqXw8Yuw')
})

test.each(certificates)(
  'the thumbprint of $name is the one that OpenSSL computes',
  ({ name, 'x5t#S256': value, sha256_fingerprint }) => {
    expect(thumbprintOf(name)).toBe(value)
    expect(isThumbprint(value)).toBe(true)
    expect(new X509Certificate(presented(name) ?? '').fingerprint256).toBe(sha256_fingerprint)
  },
)

test.each([
  ['42 characters', 'A'.repeat(42)],
  ['44 characters', 'A'.repeat(44)],
  ['padding', 'A'.repeat(42) + '='],
  ['the base64 alphabet', '+/' + 'A'.repeat(41)],
  ['a newline at the end', 'A'.repeat(43) + '\n'],
  ['an array of one', ['A'.repeat(43)]],
  ['a String object', new String('A'.repeat(43))],
  ['undefined', undefined],
  ['null', null],
])('%s is not a thumbprint', (_name, value) => {
  expect(isThumbprint(value)).toBe(false)
})
