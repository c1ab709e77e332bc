import { X509Certificate } from 'node:crypto'
import type { Der } from './pem.ts'
import { parseSerialNumber, type SerialNumber } from './serial-number.ts'

/** Members of a certificate for people. No decision compares a name in it. */
export interface CertificateDescription {
  readonly serialNumber: SerialNumber | undefined
  readonly subject: string | undefined
  readonly subjectAltName: string | undefined
  /** Seconds since 1970. The validity is `undefined` if it cannot be read. */
  readonly validFrom: number | undefined
  readonly validUntil: number | undefined
}

/** The longest names to show. Items of the store stay small. */
const MAX_NAME = 512

/** @returns `undefined` if OpenSSL cannot read the certificate. Then only its thumbprint is known */
export function describeCertificate(der: Der): CertificateDescription | undefined {
  try {
    const { serialNumber, subject, subjectAltName, validFromDate, validToDate } = new X509Certificate(der)
    return {
      serialNumber: parseSerialNumber(serialNumber),
      // The common name first.
      subject: shorten((subject as string | undefined)?.split('\n').reverse().join(', ')),
      subjectAltName: shorten(subjectAltName),
      validFrom: toSeconds(validFromDate),
      validUntil: toSeconds(validToDate),
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

function shorten(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1).toWellFormed()}…` : name
}

function toSeconds(date: Date): number | undefined {
  const seconds = Math.floor(date.getTime() / 1000)
  return Number.isNaN(seconds) ? undefined : seconds
}
