import * as z from 'zod/mini'
import { type Answered, envelope, refusal } from '../../shared/answer-schema.ts'

/** `/auth/introspection/standard` (Authlete contract, section 2.9). With JWT the content is a JWS. */
const Introspected = z.object({
  ...envelope('standardIntrospectionResponse', ['OK', 'JWT']),
  responseContent: z.string(),
})
export type IntrospectedAnswer = Answered<typeof Introspected>

export const StandardIntrospectionAnswer = z.discriminatedUnion('action', [
  Introspected,
  refusal('standardIntrospectionResponse', ['BAD_REQUEST']),
])
