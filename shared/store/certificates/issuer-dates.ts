import { describeCertificate } from '../../certificate/description.ts'
import { issuerAmong, issuerKey, type IssuerKey } from '../../certificate/issuer-key.ts'
import { type Der, requireCertificate } from '../../certificate/pem.ts'
import type { Service } from '../service.ts'
import type { Note } from './note-items.ts'

type Dates = Service['clientCertificatesNotBefore']

/** Whether the issuer of a certificate has a date in the settings of the service, and the validity of the certificate begins before it. */
export function isBeforeDate(certificate: Der, dates: Dates): boolean {
  const own = dates.filter((date) => issuerAmong(certificate, [date.issuerCertificate]) !== undefined)
  // Every bound token gets here. Most services have no date, so their certificates need not be parsed.
  if (own.length === 0) return false
  const validFrom = describeCertificate(certificate)?.validFrom
  return own.some(({ notBefore }) => begins(validFrom, notBefore))
}

/**
 * `isBeforeDate` for a certificate that is not presented. Without a note, and with one that has no issuer, its issuer could be any: the note can
 * be older than the date.
 */
export function isNotedBeforeDate(note: Note | undefined, dates: Dates): boolean {
  if (note === undefined) return true
  return dates.some(
    ({ issuerCertificate, notBefore }) =>
      (note.issuer === undefined || note.issuer === keyIn(issuerCertificate)) &&
      begins(note.validFrom, notBefore),
  )
}

function keyIn(text: string): IssuerKey | undefined {
  return issuerKey(requireCertificate(text))
}

/** A certificate whose validity cannot be read counts as older. */
function begins(validFrom: number | undefined, notBefore: number): boolean {
  return validFrom === undefined || validFrom * 1000 < notBefore
}
