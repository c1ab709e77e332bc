import { hash } from 'node:crypto'
import type { IssuerKey } from '../../certificate/issuer-key.ts'
import { serialBucket, type SerialNumber } from '../../certificate/serial-number.ts'
import type { Thumbprint } from '../../certificate/thumbprint.ts'
import type { RecordKey } from '../record-keys.ts'

/** An issuer and a serial number, by which lists and certificates with one issuer key name a certificate. */
export interface Issued {
  readonly issuer: IssuerKey
  readonly serialNumber: SerialNumber
}

/** A certificate to revoke: one, or the one that an issuer has given this serial number. */
export type NamedCertificate = { readonly thumbprint: Thumbprint } | Issued

/** A certificate with all of its names. */
export interface CertificateNames {
  readonly thumbprint: Thumbprint
  /** `undefined` if its issuer or its serial number is unknown. */
  readonly issued?: Issued | undefined
}

/** The name by which revocations are stored. A thumbprint has no dot. */
export function nameOf(named: NamedCertificate): string {
  return 'thumbprint' in named ? named.thumbprint : `${named.issuer}.${named.serialNumber}`
}

export function namesOf({ thumbprint, issued }: CertificateNames): NamedCertificate[] {
  return issued === undefined ? [{ thumbprint }] : [{ thumbprint }, issued]
}

const PARTITIONS = 16

const partitionOf = (text: string) => hash('sha256', text, 'buffer').readUInt8() % PARTITIONS

// Keys of the table of grants. The key of a grant has three parts, and its second one is a number.

export function noteId(service: number, client: number, thumbprint: Thumbprint): string {
  return `${service}.${client}.certificate.${thumbprint}`
}

/** Some clients share a certificate, so each item has a part of its clients. */
export function holdersId(service: number, thumbprint: Thumbprint, client: number): string {
  return `${service}.certificate.${thumbprint}.${client % PARTITIONS}`
}

export function allHoldersIds(service: number, thumbprint: Thumbprint): string[] {
  return Array.from({ length: PARTITIONS }, (_, part) => holdersId(service, thumbprint, part))
}

export function issuedId(service: number, issuer: IssuerKey, bucket: number): string {
  return `${service}.issued.${issuer}.${bucket}`
}

export const issuedIdOf = (service: number, { issuer, serialNumber }: Issued) =>
  issuedId(service, issuer, serialBucket(serialNumber))

/** Revoked certificates of a client that its state has no room for. */
export function overflowId(service: number, client: number, thumbprint: Thumbprint): string {
  return `${service}.${client}.revoked.${thumbprint.charAt(0)}`
}

// Keys of the index `listing`.

/** The partition with the notes of a client, sorted by the end of the validity. */
export function notesHolder(service: number, client: number): string {
  return `${service}.${client}#certificates`
}

/** One of the partitions with the certificates of a service. */
export function serviceHolder(service: number, thumbprint: Thumbprint): string {
  return `${service}#certificates#${partitionOf(thumbprint)}`
}

/** Sorts by the end of the validity. Certificates whose end is unknown are last. */
export function heldOf(thumbprint: Thumbprint, validUntil: number | undefined): string {
  const end = validUntil === undefined ? '~' : String(Math.max(validUntil, 0)).padStart(12, '0')
  return `${end}.${thumbprint}`
}

/** The key of a revocation in the registry. */
export function revocationKey(service: number, name: string): RecordKey {
  return { pk: `certificate#${service}#${partitionOf(name)}`, sk: name }
}
