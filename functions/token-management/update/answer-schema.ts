import * as z from 'zod/mini'
import { type AnswerOf, envelope, milliseconds, properties, texts } from '../../../shared/answer-schema.ts'

/** `/auth/token/update`, action OK (Authlete contract, section 2.7). */
const UpdateSuccess = z.object({
  ...envelope('tokenUpdateResponse', ['OK']),
  accessToken: z.optional(z.string()),
  jwtAccessToken: z.optional(z.string()),
  tokenType: z.string(),
  tokenId: z.string(),
  accessTokenExpiresAt: milliseconds,
  refreshTokenExpiresAt: milliseconds,
  scopes: texts,
  properties,
})
export type UpdateSuccess = AnswerOf<typeof UpdateSuccess>

export const UpdateAnswer = z.discriminatedUnion('action', [
  UpdateSuccess,
  z.object(envelope('tokenUpdateResponse', ['BAD_REQUEST', 'NOT_FOUND', 'INTERNAL_SERVER_ERROR'])),
])
