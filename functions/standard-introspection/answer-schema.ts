import * as z from 'zod/mini'
import { type AnswerOf, envelope, refusalAnswer } from '../../shared/answer-schema.ts'

/** `/auth/introspection/standard` (Authlete contract, section 2.9). With action JWT the content is a JWS. */
const StandardIntrospectionSuccess = z.object({
  ...envelope('standardIntrospectionResponse', ['OK', 'JWT']),
  responseContent: z.string(),
})
export type StandardIntrospectionSuccess = AnswerOf<typeof StandardIntrospectionSuccess>

export const StandardIntrospectionAnswer = z.discriminatedUnion('action', [
  StandardIntrospectionSuccess,
  refusalAnswer('standardIntrospectionResponse', ['BAD_REQUEST']),
])
