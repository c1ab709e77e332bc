import * as z from 'zod/mini'
import { AnnouncementAnswer, OAuthAnnouncement } from '../../functions/announcement/answer-schema.ts'
import { FORM as ANNOUNCEMENT_FORM } from '../../functions/announcement/request.ts'
import * as authorization from '../../functions/authorization/answer-schema.ts'
import { PARAMETERS as AUTHORIZATION_PARAMETERS } from '../../functions/authorization/request/request.ts'
import { FORM as PUSH_FORM } from '../../functions/authorization/push/request.ts'
import { IntrospectionAnswer } from '../../functions/introspection/answer-schema.ts'
import { FORM as INTROSPECTION_FORM } from '../../functions/introspection/request.ts'
import { OAuthRevocation, RevocationAnswer } from '../../functions/revocation/answer-schema.ts'
import { FORM as REVOCATION_FORM } from '../../functions/revocation/request.ts'
import { StandardIntrospectionAnswer } from '../../functions/standard-introspection/answer-schema.ts'
import * as standardIntrospection from '../../functions/standard-introspection/request.ts'
import * as authorizations from '../../functions/token-management/authorizations/answer-schema.ts'
import { CreateAnswer } from '../../functions/token-management/create/answer-schema.ts'
import * as grantedScopes from '../../functions/token-management/granted-scopes/answer-schema.ts'
import { RevokeAnswer } from '../../functions/token-management/end/answer-schema.ts'
import { TokenListAnswer } from '../../functions/token-management/list/answer-schema.ts'
import { UpdateAnswer } from '../../functions/token-management/update/answer-schema.ts'
import { OAuthToken, TokenAnswer, TokenContent } from '../../functions/token/answer-schema.ts'
import { FORM as TOKEN_FORM } from '../../functions/token/request.ts'
import * as userinfo from '../../functions/userinfo/answer-schema.ts'
import { ErrorContent, NotOfferedAnswer } from '../../shared/answer-schema.ts'
import { Metadata, PublicJwkSet } from '../../shared/metadata/metadata-schema.ts'
import type { FormRules } from '../../shared/request/form.ts'
import * as activeToken from '../../shared/token/active-token-schema.ts'
import { MANAGEMENT_ENDPOINTS } from './management-endpoints.ts'

/** The facts about a route for the reference that its declaration does not contain. */
export interface EndpointReference {
  readonly summary: string
  /** The body of a successful answer, or `text`, or `nothing` (204). */
  readonly answer: z.ZodMiniType | 'text' | 'nothing'
  /** Whether the status of a success is 201. */
  readonly creates?: true
  /** The JSON in `responseContent`, keyed by action. With other actions it is a URL, a page or a header value. */
  readonly content?: Readonly<Record<string, z.ZodMiniType>>
  /** Required members that are optional in the schema, because a call without one has its own result code. */
  readonly required?: readonly string[]
  /** The parameters of the form or of the member `parameters`. */
  readonly form?: FormRules
  /** Whether the answer contains the entity tag of its object, which a POST accepts as a condition. */
  readonly tagged?: true
  /** Whether the body must be JSON, so that a form is refused. */
  readonly jsonOnly?: true
}

const ERRORS = {
  BAD_REQUEST: ErrorContent,
  INVALID_CLIENT: ErrorContent,
  INTERNAL_SERVER_ERROR: ErrorContent,
}

/** The endpoints, keyed by their names in messages (without `/api`, service and parameters), in the order of the reference. */
export const ENDPOINTS: Readonly<Record<string, EndpointReference>> = {
  '/pushed_auth_req': {
    summary: 'Keeps an authorization request and issues a `request_uri` for it (RFC 9126).',
    answer: authorization.PushAnswer,
    content: {
      CREATED: authorization.PushContent,
      UNAUTHORIZED: ErrorContent,
      PAYLOAD_TOO_LARGE: ErrorContent,
      ...ERRORS,
    },
    required: ['parameters'],
    form: PUSH_FORM,
  },
  '/auth/authorization': {
    summary: 'Checks an authorization request and issues a ticket for it.',
    answer: authorization.AuthorizationAnswer,
    content: ERRORS,
    required: ['parameters'],
    form: AUTHORIZATION_PARAMETERS,
  },
  '/auth/authorization/issue': {
    summary: 'Issues an authorization code for the ticket after the end-user has consented.',
    answer: authorization.IssueAnswer,
    content: ERRORS,
    required: ['ticket', 'subject'],
  },
  '/auth/authorization/fail': {
    summary: 'Makes the error response for a failed authorization request.',
    answer: authorization.FailAnswer,
    content: ERRORS,
    required: ['ticket', 'reason'],
  },
  '/auth/authorization/ticket/info': {
    summary: 'Reads the text that is stored with a ticket.',
    answer: authorization.TicketInfoAnswer,
    required: ['ticket'],
  },
  '/auth/authorization/ticket/update': {
    summary: 'Stores a text with a ticket.',
    answer: authorization.TicketUpdateAnswer,
    required: ['ticket', 'info'],
  },
  '/auth/token': {
    summary: 'Answers a token request (RFC 6749, RFC 8705).',
    answer: TokenAnswer,
    content: { OK: TokenContent, ...ERRORS },
    required: ['parameters'],
    form: TOKEN_FORM,
  },
  '/auth/introspection': {
    summary: 'Decides whether an access token is valid for one request to a protected resource.',
    answer: IntrospectionAnswer,
    required: ['token'],
  },
  '/auth/userinfo': {
    summary: 'Decides whether an access token is valid at the userinfo endpoint.',
    answer: userinfo.UserinfoAnswer,
    required: ['token'],
  },
  '/auth/userinfo/issue': {
    summary: 'Makes the response of the userinfo endpoint (OpenID Connect Core section 5.3).',
    answer: userinfo.UserinfoIssueAnswer,
    content: { JSON: userinfo.UserinfoContent, JWT: userinfo.UserinfoClaims },
    required: ['token'],
  },
  '/auth/introspection/standard': {
    summary: 'Answers a token introspection request (RFC 7662).',
    answer: StandardIntrospectionAnswer,
    content: {
      OK: activeToken.StandardContent,
      JWT: activeToken.signedContent(activeToken.StandardContent),
      ...ERRORS,
    },
    required: ['parameters'],
    form: standardIntrospection.CALL,
  },
  '/auth/revocation': {
    summary: 'Answers a token revocation request (RFC 7009).',
    answer: RevocationAnswer,
    content: ERRORS,
    required: ['parameters'],
    form: REVOCATION_FORM,
  },
  '/auth/certificate/announce': {
    summary: 'Takes the announcement of the next certificate of a client.',
    answer: AnnouncementAnswer,
    content: { OK: OAuthAnnouncement, ...ERRORS },
    required: ['parameters'],
    form: ANNOUNCEMENT_FORM,
  },

  '/auth/token/create': {
    summary: 'Issues tokens, bound to a certificate or not.',
    answer: CreateAnswer,
    required: ['grantType'],
  },
  '/auth/token/update': {
    summary: 'Changes a token, which is identified with one of three members.',
    answer: UpdateAnswer,
  },
  '/auth/token/delete': { summary: 'Deletes a token and its refresh token.', answer: 'nothing' },
  '/auth/token/revoke': {
    summary: 'Revokes tokens. If several members are present, the first one decides which.',
    answer: RevokeAnswer,
  },
  '/auth/token/get/list': {
    summary: 'Lists the tokens of a client, of a subject, or of a subject at a client.',
    answer: TokenListAnswer,
  },
  '/client/authorization/get/list': {
    summary: 'Lists the clients with tokens of an end-user.',
    answer: authorizations.AuthorizationListAnswer,
  },
  '/client/authorization/update': {
    summary: 'Changes the scopes of an end-user’s tokens at a client.',
    answer: authorizations.AuthorizationChangedAnswer,
  },
  '/client/authorization/delete': {
    summary: 'Revokes an end-user’s tokens at a client.',
    answer: authorizations.AuthorizationChangedAnswer,
  },

  '/client/granted_scopes/get': {
    summary: 'Reads the scopes that an end-user has granted to a client.',
    answer: grantedScopes.GrantedScopesAnswer,
  },
  '/client/granted_scopes/delete': {
    summary:
      'Deletes the record of the scopes that an end-user has granted to a client. Its tokens remain valid.',
    answer: grantedScopes.ForgottenScopesAnswer,
  },

  ...MANAGEMENT_ENDPOINTS,

  '/misc/echo': { summary: 'Answers with an empty text, for probes.', answer: 'text' },
  '/lifecycle/healthcheck': { summary: 'Answers `OK`, for probes.', answer: 'text' },
  '/api': { summary: 'Refuses every other API.', answer: NotOfferedAnswer },

  '/par': {
    summary: 'The endpoint for pushed authorization requests (RFC 9126).',
    answer: authorization.PushContent,
    creates: true,
    required: ['response_type'],
    form: PUSH_FORM,
  },
  '/token': {
    summary: 'The token endpoint (RFC 6749, RFC 8705).',
    answer: OAuthToken,
    required: ['grant_type'],
    form: TOKEN_FORM,
  },
  '/introspection': {
    summary: 'Decides whether the holder of the client certificate may use an access token bound to it.',
    answer: activeToken.HeldToken,
    required: ['token'],
    form: INTROSPECTION_FORM,
  },
  '/introspection/standard': {
    summary: 'Token introspection (RFC 7662).',
    answer: z.union([activeToken.StandardAnswer, activeToken.signedContent(activeToken.StandardAnswer)]),
    required: ['token'],
    form: standardIntrospection.FORM,
  },
  '/revocation': {
    summary: 'Token revocation (RFC 7009).',
    answer: OAuthRevocation,
    required: ['token'],
    form: REVOCATION_FORM,
  },
  '/certificate/announce': {
    summary: 'Takes the announcement of the next certificate of a client.',
    answer: OAuthAnnouncement,
    required: ['announcement'],
    form: ANNOUNCEMENT_FORM,
  },
  '/.well-known/oauth-authorization-server': {
    summary: 'The authorization server metadata (RFC 8414).',
    answer: Metadata,
  },
  '/.well-known/openid-configuration': {
    summary:
      'The OpenID Provider metadata (OpenID Connect Discovery 1.0, section 4), if the service has the scope `openid` and a key.',
    answer: Metadata,
  },
  '/jwks': { summary: 'The public keys of the service (RFC 7517).', answer: PublicJwkSet },
}

/** @throws Error if ENDPOINTS does not contain the endpoint */
export function referenceOf(endpoint: string): EndpointReference {
  const found = ENDPOINTS[endpoint]
  if (found === undefined) throw new Error(`add ${endpoint} to infra/reference/endpoints.ts`)
  return found
}
