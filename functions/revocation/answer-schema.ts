import * as z from 'zod/mini'
import { type AnswerOf, envelope, refusalAnswer } from '../../shared/answer-schema.ts'

/** `/auth/revocation`, action OK (Authlete contract, section 2.10). It has no `responseContent`. */
const RevocationSuccess = z.object(envelope('revocationResponse', ['OK']))
export type RevocationSuccess = AnswerOf<typeof RevocationSuccess>

export const RevocationAnswer = z.discriminatedUnion('action', [
  RevocationSuccess,
  refusalAnswer('revocationResponse', ['BAD_REQUEST', 'INVALID_CLIENT']),
])

/** RFC 7009 section 2.2: clients only read the status. */
export const OAuthRevocation = z.object({})
