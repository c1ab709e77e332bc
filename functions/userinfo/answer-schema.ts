import * as z from 'zod/mini'
import type { Immutable } from '../../shared/immutable.ts'
import {
  type AnswerOf,
  envelope,
  NONCE,
  refusalAnswer,
  texts,
  TOKEN_HOLDER,
} from '../../shared/answer-schema.ts'

/** `/auth/userinfo`, action OK (Authlete contract, section 2.12). */
const UserinfoSuccess = z.object({
  ...envelope('userInfoResponse', ['OK']),
  /** The access token of the call. */
  token: z.string(),
  ...TOKEN_HOLDER,
  subject: z.string(),
  scopes: texts,
  /** The names of the requested claims (OpenID Connect Core sections 5.4 and 5.5). */
  claims: texts,
  /** The member `userinfo` of the parameter `claims`, a JSON object. */
  userInfoClaims: z.optional(z.string()),
  ...NONCE,
})
export type UserinfoSuccess = AnswerOf<typeof UserinfoSuccess>

export const UserinfoAnswer = z.discriminatedUnion('action', [
  UserinfoSuccess,
  z.extend(refusalAnswer('userInfoResponse', ['BAD_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN']), NONCE),
])

/** `/auth/userinfo/issue`, actions JSON and JWT. */
const UserinfoIssueSuccess = z.object({
  ...envelope('userInfoIssueResponse', ['JSON', 'JWT']),
  responseContent: z.string(),
})
export type UserinfoIssueSuccess = AnswerOf<typeof UserinfoIssueSuccess>

export const UserinfoIssueAnswer = z.discriminatedUnion('action', [
  UserinfoIssueSuccess,
  refusalAnswer('userInfoIssueResponse', [
    'BAD_REQUEST',
    'UNAUTHORIZED',
    'FORBIDDEN',
    'INTERNAL_SERVER_ERROR',
  ]),
])

/** `responseContent` with the action JSON (OpenID Connect Core section 5.3.2). The caller sets the other members. */
const Content = z.object({ sub: z.string() })
export type ContentMembers = Immutable<z.output<typeof Content>>
export const UserinfoContent = z.catchall(Content, z.unknown())

/** The claims of the JWT with the action JWT. `aud` is the client ID. */
const Claims = z.object({ iss: z.string(), aud: z.string(), sub: z.string() })
export type ClaimsMembers = Immutable<z.output<typeof Claims>>
export const UserinfoClaims = z.catchall(Claims, z.unknown())
