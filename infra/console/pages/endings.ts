import { X509Certificate } from 'node:crypto'
import { isJsonObject, parseJson } from '../../../shared/json.ts'
import type { Members } from '../web-api.ts'

/** A certificate or credential in a record that ends soon, or has ended. */
export interface Ending {
  readonly what: string
  readonly subject: string
  /** Milliseconds since the epoch. */
  readonly ends: number
}

const SOON_MILLISECONDS = 60 * 86_400_000

/** Roots, issuers, credentials and registered self-signed certificates that end within 60 days, the first to end first. */
export function endingOf(service: Members, clients: readonly Members[], now: Date): Ending[] {
  const all = [
    ...texts(service['trustedRootCertificates']).map((pem) => ['Trusted root or authority', pem] as const),
    ...texts(service['clientCertificateIssuers']).map(
      (pem) => ['Issuer of client certificates', pem] as const,
    ),
    ...clients.flatMap((client) => registered(client).map((base64) => [nameOf(client), base64] as const)),
  ]
  const endings = all.flatMap(([what, text]) => {
    const certificate = read(text)
    return certificate === undefined ? [] : [{ what, ...certificate }]
  })
  endings.push(...credentialEndings(service))
  const limit = now.getTime() + SOON_MILLISECONDS
  return endings.filter(({ ends }) => ends < limit).sort((one, other) => one.ends - other.ends)
}

function credentialEndings({ credentials }: Members): Ending[] {
  const list = Array.isArray(credentials) ? credentials.filter(isJsonObject) : []
  return list.flatMap(({ id, role, expiresAt }) =>
    typeof expiresAt === 'number'
      ? [{ what: `Credential (${String(role)})`, subject: String(id), ends: expiresAt }]
      : [],
  )
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

/** The first certificate of each key of a client's JWK Set. */
function registered({ jwks }: Members): string[] {
  const set = typeof jwks === 'string' ? parseJson(jwks) : undefined
  const keys: unknown = isJsonObject(set) ? set['keys'] : []
  return (Array.isArray(keys) ? keys : []).flatMap((key: unknown) =>
    isJsonObject(key) ? texts(key['x5c']).slice(0, 1) : [],
  )
}

/** When the first certificate that a client has registered ends, in milliseconds; `undefined` if it has none here. */
export function certificateEnd(client: Members): number | undefined {
  const ends = registered(client).flatMap((base64) => read(base64)?.ends ?? [])
  return ends.length === 0 ? undefined : Math.min(...ends)
}

function nameOf({ clientName, clientId }: Members): string {
  return `Certificate of ${typeof clientName === 'string' ? clientName : `client ${String(clientId)}`}`
}

/** @param text PEM or the base64 of a JWK */
function read(text: string): Omit<Ending, 'what'> | undefined {
  try {
    const certificate = new X509Certificate(text.includes('-----') ? text : Buffer.from(text, 'base64'))
    return { subject: certificate.subject.replaceAll('\n', ', '), ends: Date.parse(certificate.validTo) }
  } catch (error) {
    // OpenSSL throws many different errors. The Web API refuses such a certificate when it is used.
    if (error instanceof Error) return undefined
    throw error
  }
}
