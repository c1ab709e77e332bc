import * as z from 'zod/mini'
import { ClientSummary, LIST, RESULT } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'

const taggedTexts = z.optional(
  z.array(z.object({ tag: z.optional(z.string()), value: z.optional(z.string()) })),
)

const AuthorizedClient = z.extend(ClientSummary, {
  clientNames: taggedTexts,
  description: z.optional(z.string()),
  descriptions: taggedTexts,
})
export type AuthorizedClient = Immutable<z.output<typeof AuthorizedClient>>

/** `/client/authorization/get/list` (Authlete contract, section 1.4). */
export const AuthorizationListAnswer = z.object({
  ...LIST,
  subject: z.string(),
  developer: z.optional(z.string()),
  clients: z.array(AuthorizedClient),
})
export type AuthorizationListAnswer = Immutable<z.output<typeof AuthorizationListAnswer>>

/** The message has the number of grants. */
export const AuthorizationChangedAnswer = z.object(RESULT)
export type AuthorizationChangedAnswer = Immutable<z.output<typeof AuthorizationChangedAnswer>>
