import { success } from '../../../shared/web-api.ts'
import type { Revoked } from './answer-schema.ts'

/** `/auth/token/revoke` (Authlete contract, section 2.7). */
export function revokeResponse(count: number): Revoked {
  return { ...success('A135001', 'The tokens were revoked successfully.'), count }
}
