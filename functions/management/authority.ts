import { readAuthority } from '../../shared/certificate/path/authority.ts'
import { type Der, MalformedCertificate } from '../../shared/certificate/pem.ts'
import type { Refusal } from '../../shared/refusal/refusal.ts'

/**
 * Reads the certificate of an authority in a setting.
 *
 * @throws Refusal `refusal`, if the text is not the certificate of an authority
 */
export function readListedAuthority(text: string, refusal: Refusal): Der {
  try {
    return readAuthority(text)
  } catch (error) {
    throw error instanceof MalformedCertificate ? refusal : error
  }
}
