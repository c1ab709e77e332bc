import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import {
  binding,
  clientCertificates,
  clientSecrets,
  registered,
  trustedDates,
} from '../../../../infra/aws/doctor/registry.ts'
import { authority, pemOf } from '../../../support/certificate-chain.ts'
import { type AnyWalk, BASIC, BOUND, PUBLIC, TLS } from '../../../support/walk.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { makeIdentity } from '../../emulator/tls-client.ts'
import { type InspectedSite, inspectedSite, verdict, withoutClients } from './inspected-site.ts'

const x509 = (pem: string) => new X509Certificate(pem)
const [ROOT, ISSUING] = ['ca-root', 'ca-issuing'].map((name) => x509(certificatePem(name))) as [
  X509Certificate,
  X509Certificate,
]

let site: InspectedSite
let walk: AnyWalk
beforeAll(async () => {
  site = await inspectedSite()
})
beforeEach(async () => {
  walk = await withoutClients(site)
})
afterAll(() => site.close())

const inspected = async (more: Partial<InspectedDeployment> = {}) => ({
  ...(await site.inspected()),
  ...more,
})

describe('binding', () => {
  test('a service whose clients all have bound tokens passes the binding check', async () => {
    await walk.addClient(PUBLIC, BOUND)
    await walk.addClient(PUBLIC, { dpopRequired: true })
    expect(await verdict(binding, await inspected())).toBe('ok')
  })

  test('the binding check names a client whose tokens are not bound', async () => {
    await walk.addClient(PUBLIC, BOUND)
    const { id } = await walk.addClient(PUBLIC, { clientName: 'Old app' })
    expect(await verdict(binding, await inspected())).toBe(
      `warn: the service binds tokens, but not those of client ${id} (Old app), so a thief of one can use it`,
    )
  })

  test('the tokens of a client that must send proofs count as bound, and many clients are one finding', async () => {
    await walk.addClient(BASIC, { dpopRequired: true })
    expect(await verdict(binding, await inspected())).toBe('ok')
    for (let i = 0; i < 12; i++) await walk.addClient(PUBLIC, { clientName: 'Old app' })
    const finding = await verdict(binding, await inspected())
    expect(finding.match(/\(Old app\)/g)).toHaveLength(10)
    expect(finding).toMatch(/\(Old app\) and 2 more, so a thief of one can use it$/)
  })

  test('the binding check finds a service that binds no tokens', async () => {
    await walk.setService({ tlsClientCertificateBoundAccessTokens: false })
    expect(await verdict(binding, await inspected())).toBe(
      'warn: tokens are not bound, so a thief of one can use it',
    )
  })

  test('the binding check fails without a service', async () => {
    const service = await site.runtime.store.registry.findCurrentService(walk.number)
    if (service === undefined) throw new Error('the site has no service')
    await site.runtime.store.registry.markDeleted(service, site.runtime.now())
    expect(await verdict(binding, await inspected())).toBe('fail: the registry contains no service')
  })
})

describe('a registered certificate that can issue', () => {
  async function registerIssuing() {
    const certificate = x509(pemOf(await authority('mallory')))
    const keys = [
      { ...certificate.publicKey.export({ format: 'jwk' }), x5c: [certificate.raw.toString('base64')] },
    ]
    const { id } = await walk.addClient(PUBLIC, {
      ...{ tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH', jwks: { keys }, ...BOUND },
      clientName: 'Partner',
    })
    return { certificate, what: `client ${id} (Partner) has registered a certificate that can issue others` }
  }

  test('a registered certificate that can issue others is a failure if it is trusted, otherwise a warning', async () => {
    expect(await verdict(clientCertificates, await inspected())).toBe('ok')
    const { certificate, what } = await registerIssuing()
    expect(await verdict(clientCertificates, await inspected())).toBe(`warn: ${what}, but it is not trusted`)
    const truststore = [ROOT, certificate]
    const trusted = `${what}, and the trust store contains it, so its holder can assume any name`
    expect(await verdict(clientCertificates, await inspected({ truststore }))).toBe(`fail: ${trusted}`)
    await walk.setService({ clientCertificateIssuers: [String(ISSUING)] })
    expect(await verdict(clientCertificates, await inspected({ truststore }))).toBe(`warn: ${trusted}`)
  })
})

describe('the secrets of clients', () => {
  test('doctor lists the clients that authenticate with a short secret', async () => {
    await walk.addClient(BASIC, BOUND)
    await walk.addClient(TLS, { ...BOUND, weakSecret: true })
    expect(await verdict(clientSecrets, await inspected())).toBe('ok')
    const { id } = await walk.addClient(BASIC, { ...BOUND, weakSecret: true, clientName: 'Old app' })
    expect(await verdict(clientSecrets, await inspected())).toBe(
      `warn: the secret of client ${id} (Old app) is short, so an attacker may guess it`,
    )
  })
})

describe('the trust store', () => {
  const dated = async (from: number, until: number) =>
    x509((await makeIdentity(undefined, { profile: 'ca', commonName: 'Dated CA', from, until })).cert)

  test.each([
    [-10, 365, /^ok$/],
    [-10, 12, /^warn: CN=Dated CA, O=.* of the trust store expires in 12 days/],
    [-10, -1, /^fail: CN=Dated CA, O=.* of the trust store has expired/],
    [1, 365, /^fail: CN=Dated CA, O=.* of the trust store is not valid yet/],
  ])('a trust store with a CA that is valid from day %d to day %d: %s', async (from, until, line) => {
    const truststore = [ROOT, await dated(from, until)]
    expect(await verdict(trustedDates, await inspected({ truststore }))).toMatch(line)
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

  test('a registered self-signed certificate that is trusted and does not expire soon passes', async () => {
    const { certificate } = await register(365)
    expect(await verdict(registered, await inspected({ truststore: [ROOT, certificate] }))).toBe('ok')
  })

  test('a registered self-signed certificate that expires soon, or has expired, is found', async () => {
    const soon = await register(12)
    const past = await register(-1)
    const truststore = [soon.certificate, past.certificate]
    const [expired, expiring] = (await verdict(registered, await inspected({ truststore }))).split('\n')
    expect(expired).toMatch(`fail: the certificate that ${past.name} has registered has expired`)
    expect(expiring).toMatch(`warn: the certificate that ${soon.name} has registered expires in 12 days`)
  })

  test('a registered self-signed certificate that is not in the trust store is found', async () => {
    const { name } = await register(365)
    expect(await verdict(registered, await inspected())).toBe(
      `fail: the self-signed certificate of ${name} is not in the trust store, so API Gateway refuses the client`,
    )
  })
})
