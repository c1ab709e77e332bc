import { success } from '../../shared/web-api.ts'
import type { RevocationSuccess } from './answer-schema.ts'

/** `/auth/revocation`, action OK (Authlete contract, section 2.10), for known and unknown tokens. */
export function revocationResponse(): RevocationSuccess {
  return { ...success('A113001', 'The token has been revoked successfully.'), action: 'OK' }
}
