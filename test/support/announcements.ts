import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { type Identity, makeIdentity, subjectOf } from '../../infra/connections/identity.ts'
import { thumbprint as digestOf } from '../../shared/certificate/thumbprint.ts'
import { requireCertificate } from '../../shared/certificate/pem.ts'
import { jws, type Members } from './assertions.ts'
import { type Party, pemOf } from './certificate-chain.ts'
import { BASIC, form, type TestClient, TLS, type Walk } from './walk.ts'

/** A certificate with its key and its thumbprint. */
export interface Holder extends Identity {
  readonly thumbprint: string
}

const YEARS = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') }
const caKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
/** The CA of all holders but the self-signed ones. */
export const CA = await makeIdentity({ profile: 'ca', commonName: 'ca', key: caKey, ...YEARS })
const ISSUER = { certificate: new X509Certificate(CA.cert), key: caKey }

/** A new certificate with this name, and another key unless one is given. */
export async function holder(
  commonName: string,
  issuer: 'ca' | 'itself' = 'ca',
  key?: string,
): Promise<Holder> {
  const own = key === undefined ? {} : { key: createPrivateKey(key) }
  const options = { profile: 'client', commonName, ...YEARS, ...own } as const
  const identity = await makeIdentity(options, issuer === 'ca' ? ISSUER : undefined)
  return { ...identity, thumbprint: digestOf(requireCertificate(identity.cert)) }
}

/** The holder of a certificate of a chain. */
export function holderOf(party: Party): Holder {
  const key = party.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { cert: pemOf(party), key, thumbprint: digestOf(party.der) }
}

/** A client that authenticates by the subject of `holder(name)`. */
export const tlsClient = (name: string) => ({ ...TLS, tlsClientAuthSubjectDn: subjectOf(name) })

/** A client whose `jwks` has these certificates. */
export function selfSignedClient(...holders: readonly Holder[]) {
  const keys = holders.map(({ cert }) => {
    const { publicKey, raw } = new X509Certificate(cert)
    return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
  })
  return { ...BASIC, tokenAuthMethod: 'SELF_SIGNED_TLS_CLIENT_AUTH' as const, jwks: { keys } }
}

/** The text of an announcement that is right, but for the given members. */
export function announcementOf(
  from: Holder,
  to: Holder,
  now: number,
  { header = {}, claims = {}, key = to.key }: { header?: Members; claims?: Members; key?: string } = {},
): string {
  const x5c = [new X509Certificate(to.cert).raw.toString('base64')]
  const payload = { aud: 'https://as.example.com', iat: now, 'x5t#S256': from.thumbprint, ...claims }
  return jws(
    { typ: 'certbound-renewal+jwt', alg: 'ES256', x5c, ...header },
    payload,
    createPrivateKey(key),
    'ES256',
  )
}

/** Sends an announcement over a connection with the certificate `from`, to the OAuth face. */
export function announce(
  walk: Walk,
  client: TestClient,
  from: Pick<Holder, 'cert'>,
  announcement: string,
  members: Members = {},
) {
  const secret =
    client.settings.tokenAuthMethod?.startsWith('CLIENT_SECRET') === true ? client.secret : undefined
  const parameters = { client_id: client.id, client_secret: secret, announcement, ...members }
  return walk.post('/certificate/announce', parameters, from.cert)
}

/** `announce` by the Web API. */
export function announceByApi(
  walk: Walk,
  client: TestClient,
  from: Pick<Holder, 'cert'>,
  announcement: string,
) {
  const parameters = form({ client_id: client.id, announcement })
  return walk.call('/auth/certificate/announce', { parameters, clientCertificate: from.cert })
}
