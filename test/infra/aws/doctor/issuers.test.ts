import { X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { InspectedDeployment } from '../../../../infra/aws/doctor/check.ts'
import { certificateUsage, issuers } from '../../../../infra/aws/doctor/issuers.ts'
import { issued, pemOf } from '../../../support/certificate-chain.ts'
import { issuerPem } from '../../../support/issuer-vectors.ts'
import { certificatePem } from '../../../support/vectors.ts'
import { type AnyWalk, BOUND, TLS } from '../../../support/walk.ts'
import { type InspectedSite, inspectedSite, verdict, withoutClients } from './inspected-site.ts'

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
  walk = await withoutClients(site)
})
afterAll(() => site.close())

const inspected = async (more: Partial<InspectedDeployment> = {}) => ({
  ...(await site.inspected()),
  ...more,
})

describe('issuers', () => {
  const two = [ROOT, ISSUING, OTHER_ROOT]

  test('with several CAs clientCertificateIssuers is necessary if clients are identified with a name', async () => {
    expect(await verdict(issuers, await inspected({ truststore: two }))).toBe('ok')
    const { id } = await walk.addClient(TLS, { ...BOUND, clientName: 'Payments' })
    expect(await verdict(issuers, await inspected({ truststore: two }))).toMatch(
      new RegExp(
        `^fail: 2 CAs are trusted \\(.*; .*\\), and each can issue .* of client ${id} \\(Payments\\)$`,
      ),
    )
    // A root and its intermediate count as one, because only the intermediate issues certificates for clients.
    expect(await verdict(issuers, await inspected({ truststore: [ROOT, ISSUING] }))).toBe('ok')
    await walk.setService({ clientCertificateIssuers: [String(ISSUING)] })
    expect(await verdict(issuers, await inspected({ truststore: two }))).toBe('ok')
  })

  test('the issuers check finds an issuer that is not in the trust store', async () => {
    await walk.setService({ clientCertificateIssuers: [String(ISSUING), String(OTHER_ROOT)] })
    expect(await verdict(issuers, await inspected({ truststore: [ROOT, ISSUING] }))).toMatch(
      /^fail: clientCertificateIssuers has CN=.*, whose key is not in the trust store/,
    )
  })
})

test('the issuers check counts a trusted certificate of version 1 as a CA', async () => {
  await walk.addClient(TLS, BOUND)
  const old = x509(pemOf(await issued('mallory', undefined, { version: 1 })))
  expect(await verdict(issuers, await inspected({ truststore: [ROOT, old] }))).toMatch(
    /^fail: 2 CAs are trusted \(.*; CN=mallory\)/,
  )
})

describe('the issuers of one client', () => {
  const truststore = [ROOT, ISSUING, OTHER_ROOT]
  const list = (...certificates: X509Certificate[]) => ({
    clientCertificateIssuers: certificates.map(String),
  })

  test('a client with its own list needs none at the service', async () => {
    await walk.addClient(TLS, { ...BOUND, ...list(ISSUING) })
    expect(await verdict(issuers, await inspected({ truststore }))).toBe('ok')
  })

  test('the issuers check finds an untrusted issuer of a client, and lists that exclude each other', async () => {
    const { id } = await walk.addClient(TLS, { ...BOUND, ...list(OTHER_ROOT) })
    expect(await verdict(issuers, await inspected({ truststore: [ROOT, ISSUING] }))).toMatch(
      new RegExp(
        `^fail: clientCertificateIssuers of client ${id} .*has CN=.*, whose key is not in the trust store`,
      ),
    )
    await walk.setService(list(ISSUING))
    expect(await verdict(issuers, await inspected({ truststore }))).toMatch(
      new RegExp(
        `^fail: no issuer in clientCertificateIssuers of client ${id} .*is also in .* of the service`,
      ),
    )
    await walk.setService(list(ISSUING, OTHER_ROOT))
    expect(await verdict(issuers, await inspected({ truststore }))).toBe('ok')
  })

  test('a trusted cross-certificate with the key of a listed issuer is enough', async () => {
    const [root, cross, bridge, impostor] = ['root-a', 'cross-a', 'bridge', 'root-b'].map((name) =>
      x509(issuerPem(name)),
    ) as [X509Certificate, X509Certificate, X509Certificate, X509Certificate]
    await walk.setService(list(root))
    expect(await verdict(issuers, await inspected({ truststore: [bridge, cross] }))).toBe('ok')
    expect(await verdict(issuers, await inspected({ truststore: [impostor] }))).toMatch(/^fail: /)
  })
})

test('a service whose clients may have certificates for servers is a warning if a name identifies one of them', async () => {
  await walk.setService({ clientCertificateUsage: 'any' })
  expect(await verdict(certificateUsage, await inspected())).toBe('ok')
  const { id } = await walk.addClient(TLS, { ...BOUND, clientName: 'Payments' })
  expect(await verdict(certificateUsage, await inspected())).toMatch(
    new RegExp(`^warn: a certificate for another purpose, .*authenticate client ${id} \\(Payments\\)$`),
  )
  await walk.setService({ clientCertificateUsage: 'clientAuth' })
  expect(await verdict(certificateUsage, await inspected())).toBe('ok')
})
