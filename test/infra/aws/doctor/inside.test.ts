import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Inspected } from '../../../../infra/aws/doctor/inspected.ts'
import { issuers, registered, trustedDates } from '../../../../infra/aws/doctor/inside/certificates.ts'
import { binding } from '../../../../infra/aws/doctor/inside/registry.ts'
import { type AnyWalk, BOUND, openWalk, PUBLIC, TLS } from '../../../support/walk.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { makeIdentity } from '../../emulator/tls-client.ts'
import { type InspectedSite, inspectedSite, verdict } from './inspected-site.ts'

const x509 = (pem: string) => new X509Certificate(pem)
const [ROOT, ISSUING, OTHER_ROOT] = ['ca-root', 'ca-issuing', 'ca-other-root'].map((name) =>
  x509(certificatePem(name)),
) as [X509Certificate, X509Certificate, X509Certificate]

let site: InspectedSite
let walk: AnyWalk
beforeAll(async () => {
  site = await inspectedSite()
})
beforeEach(async () => {
  for (const client of (await site.inspected()).clients) {
    await site.runtime.store.clients.remove(site.seeded.serviceId, client)
  }
  walk = await openWalk(site.runtime, { apiKey: site.seeded.serviceId, issuer: site.mtlsUrl })
})
afterAll(() => site.close())

const inspected = async (more: Partial<Inspected> = {}) => ({ ...(await site.inspected()), ...more })

describe('binding', () => {
  test('of the service and all its clients is fine', async () => {
    await walk.addClient(PUBLIC, BOUND)
    expect(await verdict(binding, await inspected())).toBe('ok')
  })

  test('that a client does without is told, with the name of the client', async () => {
    await walk.addClient(PUBLIC, BOUND)
    const { id } = await walk.addClient(PUBLIC, { clientName: 'Old app' })
    expect(await verdict(binding, await inspected())).toEqual([
      `warn: the service binds tokens to certificates, those of client ${id} (Old app) are not: who steals one can use it`,
    ])
  })

  test('that is off for the service is told', async () => {
    await walk.setService({ tlsClientCertificateBoundAccessTokens: false })
    expect(await verdict(binding, await inspected())).toEqual([
      'warn: tokens are bound to nothing: who steals one can use it',
    ])
  })

  test('is nothing without a service', async () => {
    await site.runtime.store.registry.deleteService(walk.number)
    expect(await verdict(binding, await inspected())).toEqual(['fail: there is no service in the registry'])
  })
})

describe('issuers', () => {
  const two = [ROOT, ISSUING, OTHER_ROOT]

  test('that are more than one need a list, where clients are known by a name', async () => {
    expect(await verdict(issuers, await inspected({ truststore: two }))).toBe('ok')
    const { id } = await walk.addClient(TLS, { ...BOUND, clientName: 'Payments' })
    expect(await verdict(issuers, await inspected({ truststore: two }))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^fail: 2 CAs are trusted \\(.*; .*\\), and each can issue .* of client ${id} \\(Payments\\)$`,
        ),
      ),
    ])
    // A root and its intermediate are one: clients have their certificates from the intermediate.
    expect(await verdict(issuers, await inspected({ truststore: [ROOT, ISSUING] }))).toBe('ok')
    await walk.setService({ clientCertificateIssuers: [String(ISSUING)] })
    expect(await verdict(issuers, await inspected({ truststore: two }))).toBe('ok')
  })

  test('that the service names and the trust store does not have are told', async () => {
    await walk.setService({ clientCertificateIssuers: [String(ISSUING), String(OTHER_ROOT)] })
    expect(await verdict(issuers, await inspected({ truststore: [ROOT, ISSUING] }))).toEqual([
      expect.stringMatching(
        /^fail: clientCertificateIssuers names CN=.*, which the trust store does not have/,
      ),
    ])
  })
})

describe('the trust store', () => {
  const dated = async (from: number, until: number) =>
    x509((await makeIdentity(undefined, { profile: 'ca', commonName: 'Dated CA', from, until })).cert)

  test.each([
    [-10, 365, 'ok'],
    [
      -10,
      12,
      [expect.stringMatching(/^warn: CN=Dated CA, O=.* of the trust store expires in 12 days/) as string],
    ],
    [-10, -1, [expect.stringMatching(/^fail: CN=Dated CA, O=.* of the trust store has expired/) as string]],
    [
      1,
      365,
      [expect.stringMatching(/^fail: CN=Dated CA, O=.* of the trust store is not valid yet/) as string],
    ],
  ])('with a CA that is valid from day %d to day %d', async (from, until, said) => {
    const truststore = [ROOT, await dated(from, until)]
    expect(await verdict(trustedDates, await inspected({ truststore }))).toEqual(said)
  })
})

describe('a registered self-signed certificate', () => {
  async function register(until: number) {
    const certificate = x509((await makeIdentity(undefined, { until })).cert)
    const x5c = [certificate.raw.toString('base64')]
    const keys = [{ ...certificate.publicKey.export({ format: 'jwk' }), x5c }]
    const about = { tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH', jwks: { keys }, ...BOUND } as const
    const { id } = await walk.addClient(PUBLIC, { ...about, clientName: 'Partner' })
    return { certificate, name: `client ${id} (Partner)` }
  }

  test('that is trusted and good for long is fine', async () => {
    const { certificate } = await register(365)
    expect(await verdict(registered, await inspected({ truststore: [ROOT, certificate] }))).toBe('ok')
  })

  test('that is about to expire, or has, is told', async () => {
    const soon = await register(12)
    const past = await register(-1)
    const truststore = [soon.certificate, past.certificate]
    const said = await verdict(registered, await inspected({ truststore }))
    expect(Array.isArray(said) ? said.sort() : said).toEqual([
      expect.stringContaining(`fail: the certificate that ${past.name} has registered has expired`),
      expect.stringContaining(`warn: the certificate that ${soon.name} has registered expires in 12 days`),
    ])
  })

  test('that is not in the trust store is told', async () => {
    const { name } = await register(365)
    expect(await verdict(registered, await inspected())).toEqual([
      `fail: the self-signed certificate of ${name} is not in the trust store: the client is refused before any function runs`,
    ])
  })
})
