import * as z from 'zod/mini'
import { type Answered, envelope, refusal } from '../../shared/answer-schema.ts'

/** `/auth/introspection/standard` (Authlete contract, section 2.9). With action JWT the content is a JWS. */
const StandardIntrospectionSuccess = z.object({
  ...envelope('standardIntrospectionResponse', ['OK', 'JWT']),
  responseContent: z.string(),
})
export type StandardIntrospectionSuccess = Answered<typeof StandardIntrospectionSuccess>

export const StandardIntrospectionAnswer = z.discriminatedUnion('action', [
  StandardIntrospectionSuccess,
  refusal('standardIntrospectionResponse', ['BAD_REQUEST']),
])
