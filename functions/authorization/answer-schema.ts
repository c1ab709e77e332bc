import * as z from 'zod/mini'
import {
  apiKey,
  type AnswerOf,
  ClientSummary,
  envelope,
  milliseconds,
  NONCE,
  refusalAnswer,
  seconds,
  nonEmptyList,
  texts,
} from '../../shared/answer-schema.ts'
import type { Immutable } from '../../shared/immutable.ts'
import { Scope, Service, TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'

const prompt = z.enum(['NONE', 'LOGIN', 'CONSENT', 'SELECT_ACCOUNT'])

/** `/auth/authorization`: the request is valid, and the authorization server decides (Authlete contract, section 2.1). */
const AuthorizationSuccess = z.object({
  ...envelope('authorizationResponse', ['INTERACTION', 'NO_INTERACTION']),
  ticket: z.string(),
  client: ClientSummary,
  service: z.object({ apiKey, ...z.pick(Service, { serviceName: true, clientIdAliasEnabled: true }).shape }),
  scopes: nonEmptyList(Scope),
  /** The requested resources (RFC 8707). */
  resources: texts,
  prompts: nonEmptyList(prompt),
  lowestPrompt: z.optional(prompt),
  uiLocales: texts,
  loginHint: z.optional(z.string()),
  display: z.enum(['PAGE', 'POPUP', 'TOUCH', 'WAP']),
  maxAge: seconds,
  /** The requested authentication context classes. If they are essential, `issue` accepts no other. */
  acrs: texts,
  acrEssential: z.boolean(),
  /** The names of the claims about the end-user that the client requests with `claims` and with scopes (OpenID Connect Core section 5). */
  claims: texts,
  claimsAtUserInfo: texts,
  claimsLocales: texts,
  /** The members of `claims`, JSON objects. */
  idTokenClaims: z.optional(z.string()),
  userInfoClaims: z.optional(z.string()),
  /** The only end-user that the client accepts. */
  subject: z.optional(z.string()),
  clientIdAliasUsed: z.boolean(),
})
export type AuthorizationSuccess = AnswerOf<typeof AuthorizationSuccess>

export const AuthorizationAnswer = z.discriminatedUnion('action', [
  AuthorizationSuccess,
  refusalAnswer('authorizationResponse', ['BAD_REQUEST', 'LOCATION', 'FORM']),
])

/** `/pushed_auth_req`, action CREATED (Authlete contract, section 2.11). */
const PushSuccess = z.object({
  ...envelope('pushedAuthReqResponse', ['CREATED']),
  responseContent: z.string(),
  requestUri: z.string(),
  clientAuthMethod: z.enum(TOKEN_AUTH_METHODS),
  ...NONCE,
})
export type PushSuccess = AnswerOf<typeof PushSuccess>

export const PushAnswer = z.discriminatedUnion('action', [
  PushSuccess,
  z.extend(
    refusalAnswer('pushedAuthReqResponse', [
      'BAD_REQUEST',
      'UNAUTHORIZED',
      'PAYLOAD_TOO_LARGE',
      'INTERNAL_SERVER_ERROR',
    ]),
    NONCE,
  ),
])

/** RFC 9126 section 2.2: `responseContent` of the Web API, and the answer of the OAuth face. */
export const PushContent = z.object({ request_uri: z.string(), expires_in: seconds })
export type PushContent = Immutable<z.output<typeof PushContent>>

/** `/auth/authorization/issue` (Authlete contract, section 2.2). It issues no access token, so the times are 0. */
const IssueSuccess = z.object({
  ...envelope('authorizationIssueResponse', ['LOCATION', 'FORM']),
  responseContent: z.string(),
  authorizationCode: z.string(),
  accessTokenExpiresAt: milliseconds,
  accessTokenDuration: seconds,
  ticketInfo: z.optional(z.object({ context: z.string() })),
})
export type IssueSuccess = AnswerOf<typeof IssueSuccess>

export const IssueAnswer = z.discriminatedUnion('action', [
  IssueSuccess,
  refusalAnswer('authorizationIssueResponse', ['BAD_REQUEST', 'INTERNAL_SERVER_ERROR']),
])

/** `/auth/authorization/fail` (Authlete contract, section 2.3). LOCATION and FORM mean success. */
export const FailAnswer = refusalAnswer('authorizationFailResponse', [
  'LOCATION',
  'FORM',
  'BAD_REQUEST',
  'INTERNAL_SERVER_ERROR',
])

/** `/auth/authorization/ticket/info`, action OK (Authlete contract, section 2.4). */
const TicketInfoSuccess = z.object({
  ...envelope('authorizationTicketInfoResponse', ['OK']),
  info: z.object({ context: z.optional(z.string()) }),
})
export type TicketInfoSuccess = AnswerOf<typeof TicketInfoSuccess>

/** `/auth/authorization/ticket/update`, action OK. `info` has the form of the request. */
const TicketUpdateSuccess = z.object({
  ...envelope('authorizationTicketUpdateResponse', ['OK']),
  info: z.union([z.string(), z.object({ context: z.string() })]),
})
export type TicketUpdateSuccess = AnswerOf<typeof TicketUpdateSuccess>

export const TicketInfoAnswer = z.discriminatedUnion('action', [
  TicketInfoSuccess,
  z.object(envelope('authorizationTicketInfoResponse', ['NOT_FOUND', 'CALLER_ERROR'])),
])
export const TicketUpdateAnswer = z.discriminatedUnion('action', [
  TicketUpdateSuccess,
  z.object(envelope('authorizationTicketUpdateResponse', ['NOT_FOUND', 'CALLER_ERROR'])),
])
