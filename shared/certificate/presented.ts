import { type Der, MalformedCertificate, type MalformedReason, readCertificate } from './pem.ts'
import { thumbprint, type Thumbprint } from './thumbprint.ts'

export interface ReadCertificate {
  readonly der: Der
  readonly thumbprint: Thumbprint
}

/**
 * The certificate of a request, read once, where the request comes in. One that cannot be read is not absent: who
 * presented it must not pass for a caller without one.
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
