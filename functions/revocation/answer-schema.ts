import * as z from 'zod/mini'
import { type Answered, envelope, refusal } from '../../shared/answer-schema.ts'

/** `/auth/revocation`, action OK (Authlete contract, section 2.10). It has no `responseContent`. */
const RevocationSuccess = z.object(envelope('revocationResponse', ['OK']))
export type RevocationSuccess = Answered<typeof RevocationSuccess>

export const RevocationAnswer = z.discriminatedUnion('action', [
  RevocationSuccess,
  refusal('revocationResponse', ['BAD_REQUEST', 'INVALID_CLIENT']),
])

/** RFC 7009 section 2.2: clients only read the status. */
export const OAuthRevocation = z.object({})
