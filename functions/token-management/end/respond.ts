import { success } from '../../../shared/web-api.ts'
import type { RevokeAnswer } from './answer-schema.ts'

/** `/auth/token/revoke` (Authlete contract, section 2.7). Authlete's sample has the code of an update. */
export function revokeResponse(count: number): RevokeAnswer {
  return { ...success('A135001', 'The tokens were revoked successfully.'), count }
}
