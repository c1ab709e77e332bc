import * as z from 'zod/mini'
import {
  type AnswerOf,
  envelope,
  milliseconds,
  NONCE,
  refusalAnswer,
  seconds,
  texts,
  TOKEN_HOLDER,
} from '../../shared/answer-schema.ts'
import type { Immutable } from '../../shared/immutable.ts'
import { GRANT_TYPES, TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'

/** `/auth/token`, action OK (Authlete contract, section 2.5). */
const TokenSuccess = z.object({
  ...envelope('tokenResponse', ['OK']),
  responseContent: z.string(),
  accessToken: z.string(),
  jwtAccessToken: z.optional(z.string()),
  accessTokenExpiresAt: milliseconds,
  accessTokenDuration: seconds,
  refreshToken: z.optional(z.string()),
  refreshTokenExpiresAt: milliseconds,
  refreshTokenDuration: seconds,
  /** OpenID Connect Core section 3.1.3.3. */
  idToken: z.optional(z.string()),
  grantType: z.enum(GRANT_TYPES),
  ...TOKEN_HOLDER,
  clientAuthMethod: z.enum(TOKEN_AUTH_METHODS),
  ...NONCE,
  previousRefreshTokenUsed: z.optional(z.boolean()),
  scopes: texts,
  refreshTokenScopes: texts,
  /** The resources of the grant, then those of this access token (RFC 8707). */
  resources: texts,
  accessTokenResources: texts,
})
export type TokenSuccess = AnswerOf<typeof TokenSuccess>

export const TokenAnswer = z.discriminatedUnion('action', [
  TokenSuccess,
  z.extend(refusalAnswer('tokenResponse', ['BAD_REQUEST', 'INVALID_CLIENT', 'INTERNAL_SERVER_ERROR']), NONCE),
])

/** RFC 6749 section 5.1. In the Web API `scope` is `null` for a token without scopes. */
const Members = z.object({
  access_token: z.string(),
  token_type: z.string(),
  expires_in: seconds,
  refresh_token: z.optional(z.string()),
  id_token: z.optional(z.string()),
  scope: z.nullable(z.string()),
})
export type TokenMembers = Immutable<z.output<typeof Members>>

/** `responseContent` of the Web API. The extra properties of the token are further members. */
export const TokenContent = z.catchall(Members, z.string())

/** The answer of the OAuth face. */
export const OAuthToken = z.catchall(z.extend(Members, { scope: z.optional(z.string()) }), z.string())
