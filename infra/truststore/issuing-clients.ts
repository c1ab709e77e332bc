import { X509Certificate } from 'node:crypto'
import { canIssue } from '../../shared/certificate/path/can-issue.ts'
import { isJwkSet } from '../../shared/certificate/jwk-set.ts'
import { parseJson } from '../../shared/json.ts'
import { AUTHENTICATION_METHODS } from '../../shared/store/authentication-methods.ts'
import type { Client } from '../../shared/store/client.ts'
import type { Registry } from '../../shared/store/registry.ts'
import { TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'
import { Complaint } from '../command.ts'
import { isIn, subjectOf, type Truststore } from './truststore.ts'

/** The remedy for a certificate that can issue others (docs/certificates.md). */
export const REPLACE_CERTIFICATE =
  'replace it with one that cannot issue others: openssl req -x509 -addext basicConstraints=critical,CA:FALSE'

/** A client that may have registered self-signed certificates. In the settings of a deployment its `jwks` is text. */
export type ClientCertificates = Pick<Client, 'tokenAuthMethod' | 'jwks'> | Readonly<Record<string, unknown>>

/** The certificates in the `jwks` of a client that authenticates with them. Those of a `jwksUri` are unknown here. */
export function certificatesOf(client: ClientCertificates): X509Certificate[] {
  const { tokenAuthMethod, jwks }: { readonly tokenAuthMethod?: unknown; readonly jwks?: unknown } = client
  const method = TOKEN_AUTH_METHODS.find((name) => name === tokenAuthMethod)
  if (method === undefined || AUTHENTICATION_METHODS[method].needs !== 'certificates') return []
  const set = typeof jwks === 'string' ? parseJson(jwks) : jwks
  if (!isJwkSet(set)) return []
  return set.keys.flatMap(({ x5c }) => {
    const first: unknown = Array.isArray(x5c) ? x5c[0] : undefined
    return typeof first === 'string' ? parseReadable(first) : []
  })
}

/** The management API refuses certificates that OpenSSL cannot read, so the registry contains none of them. */
function parseReadable(base64: string): X509Certificate[] {
  try {
    return [new X509Certificate(Buffer.from(base64, 'base64'))]
  } catch (error) {
    // Only errors of OpenSSL have a code.
    if (error instanceof Error && 'code' in error) return []
    throw error
  }
}

/**
 * Finds certificates of clients in a trust store that can issue others. Their holders could use the name of any client.
 *
 * @param isForClient whether the certificate is meant for a client rather than a CA
 * @returns a line for each
 */
export async function issuingClients(
  truststore: Truststore,
  isForClient: (certificate: X509Certificate) => boolean,
): Promise<string[]> {
  const lines: string[] = []
  for (const certificate of truststore.filter(isForClient)) {
    if (!(await canIssue(certificate.raw))) continue
    const what = 'is meant for a client but can issue certificates with the name of any other client'
    lines.push(`trust store: ${subjectOf(certificate)} ${what}: ${REPLACE_CERTIFICATE}`)
  }
  return lines
}

/** @throws Complaint with a line for each certificate of the trust store that a client has registered and that can issue others */
export async function refuseIssuingClients(
  truststore: Truststore,
  clients: readonly ClientCertificates[],
): Promise<void> {
  const registered = clients.flatMap(certificatesOf)
  const lines = await issuingClients(truststore, (certificate) => isIn(certificate, registered))
  if (lines.length > 0) throw new Complaint(lines.join('\n'))
}

/** The clients of all services, which share one trust store. */
export async function allClients(registry: Registry): Promise<readonly Client[]> {
  const services = await registry.listServices()
  const clients = await Promise.all(services.map(({ apiKey }) => registry.listClients(apiKey)))
  return clients.flat()
}
