import * as z from 'zod/mini'
import { apiKey, clientId, milliseconds, RESULT } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'

/** `/client/granted_scopes/get`. The last three members are absent if no grant counts. */
export const GrantedScopesAnswer = z.object({
  ...RESULT,
  serviceApiKey: apiKey,
  clientId,
  subject: z.string(),
  latestGrantedScopes: z.optional(z.array(z.string())),
  mergedGrantedScopes: z.optional(z.array(z.string())),
  modifiedAt: z.optional(milliseconds),
})
export type GrantedScopesAnswer = Immutable<z.output<typeof GrantedScopesAnswer>>

export const ForgottenScopesAnswer = z.object(RESULT)
export type ForgottenScopesAnswer = Immutable<z.output<typeof ForgottenScopesAnswer>>
