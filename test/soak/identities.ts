import { createHash, X509Certificate } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Identity, makeIdentity } from '../../infra/connections/identity.ts'
import { developmentCertificates } from '../../infra/emulator/site/certificates.ts'

/** Certificates of the development CA; the last belongs to no client. */
const TRUSTED = ['soak-a', 'soak-b', 'soak-c', 'soak-d', 'soak-thief'] as const
export const THIEF = 'soak-thief'
/** The trust store has this certificate itself. */
const SELF_SIGNED = 'self-signed'
/** No trust store has this certificate or its CA. */
export const UNTRUSTED = 'untrusted'

export interface Identities {
  readonly trusted: readonly string[]
  readonly of: (name: string) => Identity
  /** The name of the one with a certificate, by its PEM text. */
  readonly nameOf: (certificate: string) => string | undefined
  /** SHA-256 of the DER, base64url (RFC 8705 section 3.1). */
  readonly thumbprint: (name: string) => string
  /** The certificate of the CA of the edge. */
  readonly ca: string
  readonly truststore: string
}

/** @param directory of the development certificates; the edge uses the same CA */
export async function makeIdentities(directory: string): Promise<Identities> {
  const { ca, clients } = await developmentCertificates(directory, TRUSTED)
  const wish = {
    profile: 'client',
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
  } as const
  const own = {
    [SELF_SIGNED]: await makeIdentity({ ...wish, commonName: SELF_SIGNED }),
    [UNTRUSTED]: await makeIdentity({ ...wish, commonName: UNTRUSTED }),
  }
  const all: Readonly<Record<string, Identity>> = { ...clients, ...own }
  const truststore = join(directory, 'self-signed.pem')
  await writeFile(truststore, own[SELF_SIGNED].cert)
  const of = (name: string) => {
    const found = all[name]
    if (found === undefined) throw new Error(`there is no identity ${name}`)
    return { cert: found.cert, key: found.key }
  }
  const thumbprint = (name: string) =>
    createHash('sha256')
      .update(new X509Certificate(of(name).cert).raw)
      .digest('base64url')
  const nameOf = (certificate: string) => Object.keys(all).find((name) => all[name]?.cert === certificate)
  return { trusted: [...TRUSTED, SELF_SIGNED], of, nameOf, thumbprint, ca: ca.cert, truststore }
}
