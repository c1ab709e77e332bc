import { success, type WebApiResponse } from '../../shared/web-api.ts'

/** RFC 7009 section 2.2: the client reads the status alone. */
export function revocationContent() {
  return {}
}

/** `/auth/revocation`, action OK (contract, section 2.10), for a token that was there and for one that was not. */
export function revocationResponse(): WebApiResponse {
  return success('A113001', 'The token has been revoked successfully.', 'OK', {})
}
