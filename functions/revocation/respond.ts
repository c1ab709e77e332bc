import { success } from '../../shared/web-api.ts'
import type { RevocationSuccess } from './answer-schema.ts'

/** RFC 7009 section 2.2: clients only read the status. */
export function revocationContent() {
  return {}
}

/** `/auth/revocation`, action OK (Authlete contract, section 2.10), for known and unknown tokens. */
export function revocationResponse(): RevocationSuccess {
  return { ...success('A113001', 'The token has been revoked successfully.'), action: 'OK' }
}
