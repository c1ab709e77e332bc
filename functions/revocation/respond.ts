import { success } from '../../shared/web-api.ts'
import type { RevocationSuccess } from './answer-schema.ts'

/** RFC 7009 section 2.2: the client reads the status alone. */
export function revocationContent() {
  return {}
}

/** `/auth/revocation`, action OK (Authlete contract, section 2.10), for a token that was there and for one that was not. */
export function revocationResponse(): RevocationSuccess {
  return { ...success('A113001', 'The token has been revoked successfully.'), action: 'OK' }
}
