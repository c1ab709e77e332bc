import { X509Certificate } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import type { Der } from '../../../shared/certificate/pem.ts'
import { authority } from '../../support/certificate-chain.ts'
import { failure } from '../../support/management.ts'
import { testWalk } from '../../support/test-runtime.ts'
import { jwkOf } from '../../support/vector-service.ts'
import { certificatePem, presented } from '../../support/vectors.ts'
import { EVERY_METHOD } from '../../support/walk.ts'

const walk = await testWalk(EVERY_METHOD)
afterEach(() => walk.resetService())

const jwk = (der: Der | Buffer) => {
  const { publicKey, raw } = new X509Certificate(der)
  return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
}
const [MALLORY, OTHER] = [await authority('mallory'), await authority('other')]
/** Both of version 1, which can issue. */
const PUBLISHED = ['article', 'rfc8705-appendix-a'].map((folder) =>
  jwk(new X509Certificate(presented(`file:${folder}/certificate.pem`) ?? '').raw),
)
const settings = (keys: readonly object[], more: object = {}) => ({
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH',
  jwks: JSON.stringify({ keys }),
  ...more,
})
const create = (...parameters: Parameters<typeof settings>) =>
  walk.v3('POST', '/client/create', settings(...parameters))
const update = (id: string, ...parameters: Parameters<typeof settings>) =>
  walk.v3('POST', `/client/update/${id}`, settings(...parameters))

async function created(...parameters: Parameters<typeof settings>): Promise<string> {
  const { status, json } = await create(...parameters)
  expect(status).toBe(200)
  return String(json['clientId'])
}

const REFUSED = '400 A031294'
const NO_NAMES = { supportedTokenAuthMethods: ['SELF_SIGNED_TLS_CLIENT_AUTH' as const] }

test.each([jwk(MALLORY.der), ...PUBLISHED])(
  'a certificate that can issue is not registered where any trusted issuer can name a TLS_CLIENT_AUTH client: %#',
  async (key) => {
    const refused = await create([jwkOf('self-signed-ec'), key])
    expect(failure(refused)).toBe(REFUSED)
    expect(refused.json['resultMessage']).toContain(
      'openssl req -x509 -addext basicConstraints=critical,CA:FALSE',
    )
    expect(failure(await update(await created([jwkOf('self-signed-ec')]), [key]))).toBe(REFUSED)
  },
)

test.each([
  ['has no TLS_CLIENT_AUTH', NO_NAMES],
  ['names the issuers of clients', { clientCertificateIssuers: [certificatePem('ca-issuing')] }],
])('a certificate that can issue is registered if the service %s', async (_what, change) => {
  await walk.setService(change)
  await created([jwk(MALLORY.der), ...PUBLISHED])
})

test('a certificate that can issue stays registered, but no other is added to it', async () => {
  await walk.setService(NO_NAMES)
  const id = await created([jwk(MALLORY.der)])
  await walk.resetService()
  expect((await update(id, [jwk(MALLORY.der), jwkOf('self-signed-ec')], { clientName: 'New' })).status).toBe(
    200,
  )
  expect(failure(await update(id, [jwk(MALLORY.der), jwk(OTHER.der)]))).toBe(REFUSED)
})

test('a certificate that can issue does not become a registered one by a change of the method or of the key', async () => {
  const keys = [
    { ...jwk(MALLORY.der), kid: 'ca' },
    { ...jwkOf('self-signed-ec'), kid: 'own' },
  ]
  const byKey = await created(keys, { tokenAuthMethod: 'PRIVATE_KEY_JWT' })
  expect(failure(await update(byKey, keys))).toBe(REFUSED)
  const byOther = await created(keys, { selfSignedCertificateKeyId: 'own' })
  expect(failure(await update(byOther, keys, { selfSignedCertificateKeyId: 'ca' }))).toBe(REFUSED)
  expect(failure(await update(byOther, keys))).toBe(REFUSED)
})
