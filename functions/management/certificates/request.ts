import * as z from 'zod/mini'
import { decodeBase64 } from '../../../shared/base64.ts'
import { type IssuerKey, issuerKey } from '../../../shared/certificate/issuer-key.ts'
import { type ReadCertificate, readPresented } from '../../../shared/certificate/presented.ts'
import { parseSerialNumber, type SerialNumber } from '../../../shared/certificate/serial-number.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { REVOCATION_REASONS, type RevocationReason } from '../../../shared/certificate/revocation-reason.ts'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { flagMember, listMember, readCall } from '../../../shared/request/body.ts'
import { thumbprintMember } from '../../../shared/request/certificate-members.ts'
import { DEFAULT_PAGE, pageSizeMember } from '../../../shared/request/range.ts'
import type { NamedCertificate } from '../../../shared/store/certificates/names.ts'
import { readClientInPath, requestedClient, type RequestedClient } from '../requested-client.ts'

const MAX_CERTIFICATES = 100

/** One certificate, in one of three ways. */
const NAMED = {
  thumbprint: z.optional(thumbprintMember),
  clientCertificate: z.optional(z.string()),
  issuerCertificate: z.optional(z.string()),
  issuerKey: z.optional(thumbprintMember),
  serialNumber: z.optional(z.string()),
}
type Named = z.infer<z.ZodMiniObject<typeof NAMED>>

const SEVERAL = {
  ...NAMED,
  certificates: z.optional(z.array(z.object(NAMED)).check(z.maxLength(MAX_CERTIFICATES))),
  clientIdentifiers: z.optional(listMember),
}

export const RevokeCall = z.object({
  ...SEVERAL,
  reason: z._default(z.enum(REVOCATION_REASONS), 'unspecified'),
  endClientTokens: z._default(flagMember, false),
  revokeAnnounced: z._default(flagMember, true),
  dryRun: z._default(flagMember, false),
})
export const ReleaseCall = z.object(SEVERAL)
export const RevocationCall = z.object(NAMED)
export const CertificatePageCall = z.object({
  pageSize: z._default(pageSizeMember, DEFAULT_PAGE),
  pageToken: z.optional(z.string()),
})

/** A certificate by itself, by its thumbprint, or by its issuer and serial number. */
export type RequestedCertificate =
  | { readonly thumbprint: Thumbprint; readonly certificate?: ReadCertificate }
  | { readonly issuer: IssuerKey; readonly serialNumber: SerialNumber }

/** The name by which a certificate is revoked. */
export function nameOfRequested(requested: RequestedCertificate): NamedCertificate {
  return 'thumbprint' in requested ? { thumbprint: requested.thumbprint } : requested
}

export interface ReleaseRequest {
  readonly certificates: readonly RequestedCertificate[]
  /** Numbers or aliases. */
  readonly clients: readonly string[]
}

export interface RevokeRequest extends ReleaseRequest {
  readonly reason: RevocationReason
  readonly endClientTokens: boolean
  /** Whether certificates that a revoked one has announced are revoked as well. */
  readonly revokeAnnounced: boolean
  /** Nothing is written. */
  readonly dryRun: boolean
}

/** @throws Refusal certificate-unnamed, member-wrong */
export function readRevoke(http: HttpRequest): RevokeRequest {
  const { reason, endClientTokens, revokeAnnounced, dryRun, ...several } = readCall(http, RevokeCall)
  return { ...readSeveral(several), reason, endClientTokens, revokeAnnounced, dryRun }
}

/** @throws Refusal certificate-unnamed, member-wrong */
export function readRelease(http: HttpRequest): ReleaseRequest {
  return readSeveral(readCall(http, ReleaseCall))
}

/** @throws Refusal certificate-unnamed, member-wrong */
export function readRevocationCall(http: HttpRequest): RequestedCertificate {
  return readNamed(readCall(http, RevocationCall))
}

export interface CertificatePageRequest {
  readonly size: number
  /** The text of the page token. */
  readonly after: string | undefined
}

/** @throws Refusal list-page-malformed, member-wrong */
export function readCertificatePage(http: HttpRequest): CertificatePageRequest {
  const { pageSize, pageToken } = readCall(http, CertificatePageCall)
  return { size: pageSize, after: pageToken === undefined ? undefined : readPageToken(pageToken) }
}

/** @throws Refusal list-page-malformed, member-wrong */
export function readClientCertificatePage(http: HttpRequest): CertificatePageRequest & RequestedClient {
  return { ...readCertificatePage(http), ...readClientInPath()(http) }
}

/** The renewal of a certificate of a client. */
export interface RequestedRenewal {
  readonly client: RequestedClient
  readonly from: Thumbprint
}

export const RenewalCall = z.object({
  clientIdentifier: z.optional(z.string()),
  thumbprint: z.optional(thumbprintMember),
})
export const RenewalPageCall = z.extend(CertificatePageCall, {
  clientIdentifier: z.optional(z.string()),
})

/** @throws Refusal member-wrong */
export function readRenewalCall(http: HttpRequest): RequestedRenewal {
  const { clientIdentifier, thumbprint } = readCall(http, RenewalCall)
  if (clientIdentifier === undefined) throw new Refusal('member-wrong', { named: 'clientIdentifier' })
  if (thumbprint === undefined) throw new Refusal('member-wrong', { named: 'thumbprint' })
  return { client: requestedClient(clientIdentifier), from: thumbprint }
}

export interface RenewalListRequest extends CertificatePageRequest {
  /** Absent for the renewals of all clients. */
  readonly client: RequestedClient | undefined
}

/** @throws Refusal list-page-malformed, member-wrong */
export function readRenewalPage(http: HttpRequest): RenewalListRequest {
  const { clientIdentifier } = readCall(http, RenewalPageCall)
  const client = clientIdentifier === undefined ? undefined : requestedClient(clientIdentifier)
  return { ...readCertificatePage(http), client }
}

export function toPageToken(place: string): string {
  return Buffer.from(place).toString('base64url')
}

/** The places in the lists of certificates have these characters only. A wrong place finds another page, or an empty one. */
const PLACE = /^[\w.:~?-]{1,200}$/

function readPageToken(token: string): string {
  const place = Buffer.from(token, 'base64url').toString('latin1')
  if (!PLACE.test(place)) throw new Refusal('list-page-malformed')
  return place
}

function readSeveral({
  certificates,
  clientIdentifiers = [],
  ...one
}: z.infer<typeof ReleaseCall>): ReleaseRequest {
  const isOne = Object.values(one).some((value) => value !== undefined)
  if (isOne && certificates !== undefined) throw new Refusal('certificate-unnamed')
  const several = certificates ?? [one]
  if (several.length === 0) throw new Refusal('certificate-unnamed')
  return { certificates: several.map(readNamed), clients: clientIdentifiers }
}

/** @throws Refusal certificate-unnamed, member-wrong */
function readNamed({
  thumbprint,
  clientCertificate,
  serialNumber,
  ...ofIssuer
}: Named): RequestedCertificate {
  const { issuerCertificate, issuerKey: key } = ofIssuer
  const ways = [thumbprint, clientCertificate, issuerCertificate, key].filter((way) => way !== undefined)
  const hasIssuer = issuerCertificate !== undefined || key !== undefined
  if (ways.length !== 1 || hasIssuer !== (serialNumber !== undefined))
    throw new Refusal('certificate-unnamed')
  if (thumbprint !== undefined) {
    // Another last letter decodes to the same bytes, but no certificate would be revoked.
    if (decodeBase64(thumbprint) === undefined) throw new Refusal('member-wrong', { named: 'thumbprint' })
    return { thumbprint }
  }
  if (!hasIssuer) {
    const certificate = readOne(clientCertificate, 'clientCertificate')
    return { thumbprint: certificate.thumbprint, certificate }
  }
  const serial = parseSerialNumber(serialNumber ?? '')
  if (serial === undefined) throw new Refusal('member-wrong', { named: 'serialNumber' })
  return { issuer: (key as IssuerKey | undefined) ?? readIssuer(issuerCertificate), serialNumber: serial }
}

function readIssuer(issuerCertificate: string | undefined): IssuerKey {
  const key = issuerKey(readOne(issuerCertificate, 'issuerCertificate').der)
  if (key === undefined) throw new Refusal('member-wrong', { named: 'issuerCertificate' })
  return key
}

function readOne(text: string | undefined, named: string): ReadCertificate {
  const certificate = readPresented(text)
  if (certificate === 'absent' || 'malformed' in certificate) throw new Refusal('member-wrong', { named })
  return certificate
}
