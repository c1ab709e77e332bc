import * as z from 'zod/mini'
import { type Answered, envelope, refusal } from '../../shared/oauth/answer-schema.ts'

/** `/auth/introspection/standard`, action OK (contract, section 2.9). */
const Introspected = z.object({
  ...envelope('standardIntrospectionResponse', ['OK']),
  responseContent: z.string(),
})
export type IntrospectedAnswer = Answered<typeof Introspected>

export const StandardIntrospectionAnswer = z.discriminatedUnion('action', [
  Introspected,
  refusal('standardIntrospectionResponse', ['BAD_REQUEST']),
])
