import * as z from 'zod/mini'
import {
  type AnswerOf,
  clientId,
  envelope,
  grantType,
  milliseconds,
  properties,
  seconds,
  texts,
} from '../../../shared/answer-schema.ts'

/** `/auth/token/create`, action OK (Authlete contract, section 2.7). */
const CreateSuccess = z.object({
  ...envelope('tokenCreateResponse', ['OK']),
  accessToken: z.string(),
  jwtAccessToken: z.optional(z.string()),
  refreshToken: z.optional(z.string()),
  tokenType: z.string(),
  tokenId: z.string(),
  expiresIn: seconds,
  expiresAt: milliseconds,
  grantType,
  clientId,
  clientIdentifier: z.string(),
  subject: z.optional(z.string()),
  scopes: texts,
  refreshTokenScopes: texts,
  properties,
})
export type CreateSuccess = AnswerOf<typeof CreateSuccess>

export const CreateAnswer = z.discriminatedUnion('action', [
  CreateSuccess,
  z.object(envelope('tokenCreateResponse', ['BAD_REQUEST', 'INTERNAL_SERVER_ERROR'])),
])
