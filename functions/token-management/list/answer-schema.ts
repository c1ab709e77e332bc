import * as z from 'zod/mini'
import {
  clientId,
  ClientSummary,
  grantType,
  LIST,
  milliseconds,
  properties,
  texts,
} from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'

/** The hashes are our own identifiers: they are not derived from a token. */
const ListedToken = z.object({
  accessTokenHash: z.string(),
  accessTokenExpiresAt: milliseconds,
  refreshTokenHash: z.optional(z.string()),
  refreshTokenExpiresAt: milliseconds,
  createdAt: milliseconds,
  lastRefreshedAt: milliseconds,
  clientId,
  subject: z.optional(z.string()),
  certificateThumbprint: z.optional(z.string()),
  dpopKeyThumbprint: z.optional(z.string()),
  grantType,
  scopes: texts,
  refreshTokenScopes: texts,
  properties,
})
export type ListedToken = Immutable<z.output<typeof ListedToken>>

/** `/auth/token/get/list` (Authlete contract, section 2.7). */
export const TokenListAnswer = z.object({
  ...LIST,
  client: z.optional(ClientSummary),
  subject: z.optional(z.string()),
  accessTokens: z.array(ListedToken),
})
export type TokenListAnswer = Immutable<z.output<typeof TokenListAnswer>>
