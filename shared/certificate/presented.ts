import { type Der, MalformedCertificate, type MalformedReason, readCertificate } from './pem.ts'
import { thumbprint, type Thumbprint } from './thumbprint.ts'

/** A certificate that was read, with its `x5t#S256` value. */
export interface ReadCertificate {
  readonly der: Der
  readonly thumbprint: Thumbprint
}

/**
 * The certificate of a request. The face reads it once. A malformed certificate does not count as absent: a client that
 * presents one must not pass for a client without a certificate.
 */
export type PresentedCertificate = 'absent' | { readonly malformed: MalformedReason } | ReadCertificate

/** The thumbprint of a certificate that was read. */
export function thumbprintOf(presented: PresentedCertificate): Thumbprint | undefined {
  return presented === 'absent' || 'malformed' in presented ? undefined : presented.thumbprint
}

/** @param text in any spelling of `readCertificate` */
export function readPresented(text: string | undefined): PresentedCertificate {
  try {
    const der = readCertificate(text)
    return der === undefined ? 'absent' : { der, thumbprint: thumbprint(der) }
  } catch (error) {
    if (error instanceof MalformedCertificate) return { malformed: error.reason }
    throw error
  }
}
