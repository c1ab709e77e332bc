import { readPresented } from '../certificate/presented.ts'
import { type FrontProof, frontProof } from './front-proof.ts'
import {
  fromByteSequence,
  fromForwardedClientCert,
  fromPem,
  fromSha256,
  type HeaderReader,
} from './header-certificate.ts'
import { type Members, requireMembers } from './option-members.ts'
import { valuesOf } from './raw-headers.ts'
import { RequestRefusal } from './request-refusal.ts'
import type { ClientCertificate, ResourceRequest } from './resource-request.ts'

/** An edge that has the certificate in the TLS connection of the server, or in the mutual-TLS context of an event. */
export type ConnectionEdge = 'socket' | 'api-gateway'

/** A front that ends TLS and hands the certificate on in a header. */
export type HeaderEdge =
  'alb' | 'cloudfront' | 'nginx' | 'haproxy' | 'apache' | 'envoy' | 'caddy' | 'traefik' | 'rfc9440'

/** The place where the TLS of the clients ends. */
export type EdgeOptions =
  | { readonly name: ConnectionEdge }
  | {
      readonly name: HeaderEdge
      readonly proof: FrontProof
      /** Only at `envoy`: how many proxies write an element into the header. The default is 1. */
      readonly hops?: number
    }

const FRONT_MEMBERS: Members = { name: 'text', proof: 'object', hops: 'count?' }

interface CertificateHeader {
  /** The header with the certificate, in lower case. No other name counts, also if the front can rename its header. */
  readonly header: string
  readonly read: HeaderReader
  /** The values that mean that the client presented no certificate. Without them, the front then sends no header. */
  readonly absent?: readonly string[]
  /** The front's own verdict in another header. A certificate counts only beside `present`. */
  readonly verdict?: { readonly header: string; readonly present: string; readonly absent: string }
  /** Another header with the SHA-256 of the certificate in hex, which must agree. */
  readonly digest?: string
  /** Whether the header has an element for each of several proxies. */
  readonly hasHops?: true
  /** The proofs that this front can give. */
  readonly proofs: readonly (keyof FrontProof)[]
}

const ANY: CertificateHeader['proofs'] = ['mutualTls', 'secretHeader', 'trustedNetwork']

const VERIFIED = { header: 'ssl-client-verify', present: 'SUCCESS', absent: 'NONE' }

const CADDY_FINGERPRINT = '{http.request.tls.client.fingerprint}'

/** Only the mode "verify" sends this header. "passthrough" sends another one, with a chain that nobody has verified. */
const ALB: CertificateHeader = {
  header: 'x-amzn-mtls-clientcert-leaf',
  read: fromPem,
  proofs: ['trustedNetwork'],
}

/** `docs/edges.md` describes what each front verifies, what a caller can forge, and its configuration. */
export const EDGES: Readonly<Record<ConnectionEdge | HeaderEdge, CertificateHeader | 'connection'>> = {
  socket: 'connection',
  'api-gateway': 'connection',
  alb: ALB,
  cloudfront: {
    header: 'cloudfront-viewer-cert-pem',
    read: fromPem,
    verdict: { header: 'cloudfront-viewer-cert-present', present: '1', absent: '0' },
    digest: 'cloudfront-viewer-cert-sha256',
    proofs: ANY,
  },
  // These are the names of ingress-nginx. The value is that of `$ssl_client_escaped_cert`.
  nginx: { header: 'ssl-client-cert', read: fromPem, verdict: VERIFIED, proofs: ANY },
  haproxy: { header: 'client-cert-sha256', read: fromSha256, proofs: ANY },
  // mod_headers writes spaces for the line ends of PEM, and `(null)` for a variable without a value.
  apache: { header: 'ssl-client-cert', read: fromPem, absent: ['(null)'], verdict: VERIFIED, proofs: ANY },
  envoy: { header: 'x-forwarded-client-cert', read: fromForwardedClientCert, hasHops: true, proofs: ANY },
  // A placeholder without a value becomes empty or stays, which depends on the version.
  caddy: { header: 'client-cert-sha256', read: fromSha256, absent: ['', CADDY_FINGERPRINT], proofs: ANY },
  // The certificate is base64 without labels. A comma, which joins the certificates of a chain, is not base64.
  traefik: { header: 'x-forwarded-tls-client-cert', read: fromPem, proofs: ANY },
  rfc9440: { header: 'client-cert', read: fromByteSequence, proofs: ANY },
}

/**
 * Returns the function that reads the certificate of the client of each request. It throws front-unproved, and certificate-unreadable for a
 * malformed header, also beside a token that needs no certificate.
 *
 * @throws TypeError for an unknown edge, and for a front without a complete proof
 */
export function edgeReader(options: EdgeOptions): (request: ResourceRequest) => ClientCertificate {
  const edge = Object.hasOwn(EDGES, options.name) ? EDGES[options.name] : undefined
  if (edge === undefined) throw new TypeError(`edge.name must be one of ${Object.keys(EDGES).join(', ')}`)
  requireMembers('edge', options, edge === 'connection' ? { name: 'text' } : FRONT_MEMBERS)
  if (edge === 'connection') return certificateOfConnection
  const { proof, hops = 1 } = options as Extract<EdgeOptions, { readonly name: HeaderEdge }>
  if (hops < 1 || (hops > 1 && edge.hasHops !== true))
    throw new TypeError('edge.hops must be a positive integer, and only envoy can have more than 1')
  const check = frontProof(proof, edge.proofs)
  return (request) => {
    const fault = check(request)
    if (fault !== undefined) throw new RequestRefusal('front-unproved', { fault })
    const certificate = certificateInHeaders(edge, request.rawHeaders, hops)
    if (typeof certificate === 'object' && 'malformed' in certificate)
      throw new RequestRefusal('certificate-unreadable', { fault: certificate.malformed })
    return certificate
  }
}

function certificateOfConnection({ certificate }: ResourceRequest): ClientCertificate {
  return typeof certificate === 'object' ? certificate : readPresented(certificate)
}

/** The certificate in an event of an Application Load Balancer. */
export function certificateAtAlb(rawHeaders: readonly string[]): ClientCertificate {
  return certificateInHeaders(ALB, rawHeaders, 1)
}

/** A header that is doubled, joined or empty, and a certificate that the front has not verified, count as malformed. */
function certificateInHeaders(
  { header, read, absent, verdict, digest }: CertificateHeader,
  rawHeaders: readonly string[],
  hops: number,
): ClientCertificate {
  const names = [header, verdict?.header, digest].filter((name) => name !== undefined)
  const repeated = names.find((name) => valuesOf(rawHeaders, name).length > 1)
  if (repeated !== undefined) return { malformed: `${repeated} is repeated` }
  const valueOf = (name: string) => valuesOf(rawHeaders, name)[0]

  const value = valueOf(header)
  const isAbsent = value === undefined || absent?.includes(value) === true
  if (verdict !== undefined) {
    const expected = isAbsent ? verdict.absent : verdict.present
    const sent = valueOf(verdict.header) ?? (isAbsent ? expected : undefined)
    if (sent !== expected) return { malformed: `${verdict.header} is not ${expected}` }
  }
  if (isAbsent) return 'absent'
  const certificate = read(value, hops)
  if (typeof certificate === 'string') return { malformed: `${header}: ${certificate}` }
  if (digest === undefined || valueOf(digest)?.toLowerCase() === hexOf(certificate)) return certificate
  return { malformed: `${digest} is not the SHA-256 of the certificate in ${header}` }
}

function hexOf({ thumbprint }: { readonly thumbprint: string }): string {
  return Buffer.from(thumbprint, 'base64url').toString('hex')
}
