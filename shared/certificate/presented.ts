import { type Der, MalformedCertificate, type MalformedReason, readCertificate } from './pem.ts'
import { thumbprint, type Thumbprint } from './thumbprint.ts'

export interface ReadCertificate {
  readonly der: Der
  readonly thumbprint: Thumbprint
}

/**
 * The certificate of a request. The face reads it once. A malformed certificate is not an absent one: a client that
 * presents it must not pass for a client without a certificate.
 */
export type Presented = 'absent' | { readonly malformed: MalformedReason } | ReadCertificate

/** @param text in any spelling of `readCertificate` */
export function present(text: string | undefined): Presented {
  try {
    const der = readCertificate(text)
    return der === undefined ? 'absent' : { der, thumbprint: thumbprint(der) }
  } catch (error) {
    if (error instanceof MalformedCertificate) return { malformed: error.reason }
    throw error
  }
}
