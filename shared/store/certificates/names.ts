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

/** The place of an issuer key for certificates whose issuer the process that notes them does not know. */
export const UNKNOWN_ISSUER = 'unknown' as IssuerKey

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

/** @param name that of a stored revocation */
export function readName(name: string): NamedCertificate {
  const [issuer = '', serialNumber] = name.split('.')
  if (serialNumber === undefined) return { thumbprint: name as Thumbprint }
  return { issuer: issuer as IssuerKey, serialNumber: serialNumber as SerialNumber }
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

/**
 * Certificates of unknown issuers can have any serial number, and anybody can make them. So they are spread by their clients, and a client
 * with very many fills only its own item.
 */
export const UNKNOWN_PARTS = 256

export const issuedIdOf = (service: number, { issuer, serialNumber }: Issued, client: number) =>
  issuedId(service, issuer, issuer === UNKNOWN_ISSUER ? client % UNKNOWN_PARTS : serialBucket(serialNumber))

/** Revoked certificates of a client that its state has no room for. */
export function overflowId(service: number, client: number, thumbprint: Thumbprint): string {
  return `${service}.${client}.revoked.${thumbprint.charAt(0)}`
}

/** The announced renewal that replaces a certificate of a client. */
export function renewalId(service: number, client: number, from: Thumbprint): string {
  return `${service}.${client}.renewal.${from}`
}

/** The last day whose notices about ending certificates were given. */
export const noticesId = (service: number) => `${service}.notices`

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

export function allOverflowIds(service: number, client: number): string[] {
  return Array.from(BASE64URL, (letter) => overflowId(service, client, letter as Thumbprint))
}

// Keys of the index `listing`.

/** The partition with the notes of a client, sorted by the end of the validity. */
export function notesHolder(service: number, client: number): string {
  return `${service}.${client}#certificates`
}

/** The partition of a service's certificates in which this one is. */
export function serviceHolder(service: number, thumbprint: Thumbprint): string {
  return `${service}#certificates#${partitionOf(thumbprint)}`
}

/** The partitions that together have all certificates of a service. */
export function serviceHolders(service: number): string[] {
  return Array.from({ length: PARTITIONS }, (_, part) => `${service}#certificates#${part}`)
}

/** Sorts by the end of the validity. Certificates whose end is unknown are last. */
export function heldOf(thumbprint: Thumbprint, validUntil: number | undefined): string {
  return `${validUntil === undefined ? '~' : heldAt(validUntil)}.${thumbprint}`
}

/** The first characters of the keys of certificates whose validity ends at this time. */
export function heldAt(validUntil: number): string {
  return String(Math.max(validUntil, 0)).padStart(12, '0')
}

/** Some certificates have several items. The key of one whose issuer is unknown ends with `?`. */
export function holdersHeld(
  {
    thumbprint,
    validUntil,
    client,
  }: { readonly thumbprint: Thumbprint; readonly validUntil: number | undefined; readonly client: number },
  issued: Issued | undefined,
): string {
  return `${heldOf(thumbprint, validUntil)}.${client % PARTITIONS}${issued === undefined ? '?' : ''}`
}

export const hasUnknownIssuer = (held: string) => held.endsWith('?')

/** The partition with the renewals of a client and of some other clients. */
export function renewalHolder(service: number, client: number): string {
  return `${service}#renewals#${client % PARTITIONS}`
}

/** The partitions that together have all renewals of a service. */
export function renewalHolders(service: number): string[] {
  return Array.from({ length: PARTITIONS }, (_, part) => `${service}#renewals#${part}`)
}

/** The first characters of the keys of a client's renewals. */
export function renewalsOfClient(client: number): string {
  return `${String(client).padStart(16, '0')}.`
}

const LAST_SECOND = 999_999_999_999

/** Sorts the renewals of a client by their time, the latest first. */
export function renewalHeld({
  client,
  announcedAt,
  from,
}: {
  readonly client: number
  readonly announcedAt: number
  readonly from: Thumbprint
}): string {
  return `${renewalsOfClient(client)}${String(LAST_SECOND - announcedAt).padStart(12, '0')}.${from}`
}

// Keys of the registry.

export function revocationKey(service: number, name: string): RecordKey {
  return { pk: revocationPartition(service, partitionOf(name)), sk: name }
}

export function revocationPartition(service: number, partition: number): string {
  return `certificate#${service}#${partition}`
}

export const REVOCATION_PARTITIONS = PARTITIONS
