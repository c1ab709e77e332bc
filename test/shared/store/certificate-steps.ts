import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { makeIdentity } from '../../../infra/connections/identity.ts'
import { type ReadCertificate, readPresented } from '../../../shared/certificate/presented.ts'
import { serialBucket } from '../../../shared/certificate/serial-number.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { knowCertificate } from '../../../shared/store/certificates/known-certificate.ts'
import type { Issued, NamedCertificate } from '../../../shared/store/certificates/names.ts'
import { Client } from '../../../shared/store/client.ts'
import { Service } from '../../../shared/store/service.ts'
import type { Store } from '../../../shared/store/store.ts'
import type { Fate } from '../../support/cutting-proxy.ts'
import { START } from '../../support/fixed-runtime.ts'
import { CLIENT, NO_PROOF, randomDigest, sampleGrant, SERVICE } from './sample-grant.ts'
import { type Engine, storeUnderTest } from './store-under-test.ts'

export const DAY = 86_400
export const OTHER_CLIENT = CLIENT + 1

const YEAR = 366 * DAY
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const validity = { notBefore: new Date((START - DAY) * 1000), notAfter: new Date((START + YEAR) * 1000) }
const ca = await makeIdentity({ profile: 'ca', commonName: 'ca', key: keys, ...validity })
const issuer = { certificate: new X509Certificate(ca.cert), key: keys }
const RECORD = Service.parse({
  ...{ apiKey: SERVICE, issuer: 'https://as.example.com', credentials: [] },
  clientCertificateIssuers: [ca.cert],
})

export interface Sample {
  readonly certificate: ReadCertificate
  readonly names: { readonly thumbprint: Thumbprint; readonly issued: Issued }
}

/** A certificate of the CA. */
export async function certificate(validFor = 10 * DAY): Promise<Sample> {
  const notAfter = new Date((START + validFor) * 1000)
  const made = await makeIdentity(
    { profile: 'client', commonName: 'a', key: keys, ...validity, notAfter },
    issuer,
  )
  const read = readPresented(made.cert) as ReadCertificate
  const { issued } = knowCertificate(read, [ca.cert]).names
  if (issued === undefined) throw new Error('the CA has not issued the certificate')
  return { certificate: read, names: { thumbprint: read.thumbprint, issued } }
}

export const NAMES: readonly [string, (sample: Sample) => NamedCertificate][] = [
  ['its thumbprint', ({ names: { thumbprint } }) => ({ thumbprint })],
  ['its issuer and serial number', ({ names: { issued } }) => issued],
]

/** The steps of issuing, revoking and presenting, with two clients. `store` is behind the proxy, `rival` is another process. */
export async function certificateSteps(engine: Engine) {
  const tested = await storeUnderTest(engine)
  const { store } = tested.runtime
  const rival = tested.rival.store
  for (const clientId of [CLIENT, OTHER_CLIENT])
    await rival.clients.create(SERVICE, Client.parse({ clientId }), START)

  const confirm = async (sample: Sample, from: Store = store, more: object = {}) =>
    from.certificates.inUse.confirm({
      ...{ service: SERVICE, client: CLIENT, thumbprint: sample.names.thumbprint },
      ...{ end: addSeconds(START, 3600), now: START, isNoted: true },
      presented: {
        certificate: sample.certificate,
        service: RECORD,
        client: Client.parse({ clientId: CLIENT }),
      },
      ...more,
    })
  const revoke = async (named: NamedCertificate, from: Store = rival, more: object = {}) =>
    from.certificates.revoke({
      ...{ service: SERVICE, named, source: 'operator', reason: 'keyCompromise', clients: [] },
      ...{ revokedAt: START, now: START, notedFromStart: true },
      ...more,
    })
  const lift = async (named: NamedCertificate, source = 'operator', from: Store = rival) =>
    from.certificates.lift({ service: SERVICE, named, source, clients: [] })
  /** The note of a certificate, and the items that lead to it. */
  const itemsOf = async ({ names: { thumbprint, issued } }: Sample) =>
    (await tested.raw.grants.scan()).filter(({ id }) => {
      const isBucket = String(id).endsWith(`.issued.${issued.issuer}.${serialBucket(issued.serialNumber)}`)
      return isBucket || String(id).includes(thumbprint)
    })
  const stateOf = (client = CLIENT) => rival.grants.findState(SERVICE, client)
  /** Whether a token of this client that is bound to the certificate is refused when it is presented. */
  const isRefused = async (
    { thumbprint }: { readonly thumbprint: Thumbprint },
    client = CLIENT,
    from: Store = rival,
  ) => {
    const { tokens } = sampleGrant()
    const grant = { ...tokens, client, binding: { 'x5t#S256': thumbprint } }
    await rival.grants.create(grant, NO_PROOF)
    return (await from.grants.find(grant)).client?.revoked?.[thumbprint] !== undefined
  }

  return { tested, store, rival, confirm, revoke, lift, stateOf, isRefused, itemsOf }
}

export const meanwhile =
  (order: 'before' | 'after', act: () => Promise<unknown>): Fate =>
  async (_, forward) => {
    if (order === 'before') await act()
    const reply = await forward()
    if (order === 'after') await act()
    return reply
  }

export function idIn(body: Readonly<Record<string, unknown>>): string {
  type Keyed = { readonly id?: { readonly S: string } } | undefined
  const { Item, Key } = body as Readonly<Record<'Item' | 'Key', Keyed>>
  return (Item ?? Key)?.id?.S ?? ''
}

/** The thumbprint of another certificate, whose revocation goes to the item of this one. */
export function withFirstLetter({ names: { thumbprint } }: Sample): { readonly thumbprint: Thumbprint } {
  return { thumbprint: `${thumbprint.charAt(0)}${randomDigest().slice(1)}` as Thumbprint }
}

/** The size by which DynamoDB counts read units (CapacityUnitCalculations.html in its developer guide). A number has up to 21 bytes. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  if (typeof value !== 'object' || value === null) return 1
  const entries = Object.entries(value)
  return entries.reduce((sum, [name, inner]) => sum + Buffer.byteLength(name) + sizeOf(inner) + 1, 3)
}
