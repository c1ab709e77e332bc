import * as z from 'zod/mini'
import {
  AuthorizationAnswer,
  FailAnswer,
  IssueAnswer,
  TicketInfoAnswer,
  TicketUpdateAnswer,
} from '../../functions/authorization/answer-schema.ts'
import { IntrospectionAnswer } from '../../functions/introspection/answer-schema.ts'
import {
  ClientAnswer,
  ClientListAnswer,
  CreatedClientAnswer,
  LockAnswer,
  SecretAnswer,
} from '../../functions/management/clients/answer-schema.ts'
import {
  CreatedServiceAnswer,
  ServiceAnswer,
  ServiceListAnswer,
} from '../../functions/management/services/answer-schema.ts'
import { OAuthRevocation, RevocationAnswer } from '../../functions/revocation/answer-schema.ts'
import { StandardIntrospectionAnswer } from '../../functions/standard-introspection/answer-schema.ts'
import {
  AuthorizationChangedAnswer,
  AuthorizationListAnswer,
} from '../../functions/token-management/authorizations/answer-schema.ts'
import { CreateAnswer } from '../../functions/token-management/create/answer-schema.ts'
import { RevokeAnswer } from '../../functions/token-management/end/answer-schema.ts'
import { TokenListAnswer } from '../../functions/token-management/list/answer-schema.ts'
import { UpdateAnswer } from '../../functions/token-management/update/answer-schema.ts'
import { OAuthToken, TokenAnswer, TokenContent } from '../../functions/token/answer-schema.ts'
import { HeldToken, signed, StandardAnswer, StandardContent } from '../../shared/token/active-token-schema.ts'
import { ErrorContent } from '../../shared/answer-schema.ts'
import { JwkSet, Metadata } from '../../shared/metadata/metadata-schema.ts'

/** What an endpoint answers with HTTP 200, or `text`, `nothing` (204), or `never`: it refuses all. */
export interface AnswerSpec {
  readonly body: z.ZodMiniType | 'text' | 'nothing' | 'never'
  /** What JSON is in `responseContent`, by action. Other contents are URLs, pages and header values. */
  readonly content?: Readonly<Record<string, z.ZodMiniType>>
}

const ERRORS = {
  BAD_REQUEST: ErrorContent,
  INVALID_CLIENT: ErrorContent,
  INTERNAL_SERVER_ERROR: ErrorContent,
}

/** By the endpoint's name, as messages have it: without `/api` and the service, and without parameters. */
export const ANSWERS: Readonly<Record<string, AnswerSpec>> = {
  '/token': { body: OAuthToken },
  '/introspection': { body: HeldToken },
  '/introspection/standard': { body: z.union([StandardAnswer, signed(StandardAnswer)]) },
  '/revocation': { body: OAuthRevocation },
  '/jwks': { body: JwkSet },
  '/.well-known/oauth-authorization-server': { body: Metadata },

  '/auth/authorization': { body: AuthorizationAnswer, content: ERRORS },
  '/auth/authorization/issue': { body: IssueAnswer, content: ERRORS },
  '/auth/authorization/fail': { body: FailAnswer, content: ERRORS },
  '/auth/authorization/ticket/info': { body: TicketInfoAnswer },
  '/auth/authorization/ticket/update': { body: TicketUpdateAnswer },
  '/auth/token': { body: TokenAnswer, content: { OK: TokenContent, ...ERRORS } },
  '/auth/introspection': { body: IntrospectionAnswer },
  '/auth/introspection/standard': {
    body: StandardIntrospectionAnswer,
    content: { OK: StandardContent, JWT: signed(StandardContent), ...ERRORS },
  },
  '/auth/revocation': { body: RevocationAnswer, content: ERRORS },

  '/auth/token/create': { body: CreateAnswer },
  '/auth/token/update': { body: UpdateAnswer },
  '/auth/token/delete': { body: 'nothing' },
  '/auth/token/revoke': { body: RevokeAnswer },
  '/auth/token/get/list': { body: TokenListAnswer },

  '/client/authorization/get/list': { body: AuthorizationListAnswer },
  '/client/authorization/delete': { body: AuthorizationChangedAnswer },
  '/client/authorization/update': { body: AuthorizationChangedAnswer },

  '/client/create': { body: CreatedClientAnswer },
  '/client/get': { body: ClientAnswer },
  '/client/get/list': { body: ClientListAnswer },
  '/client/update': { body: ClientAnswer },
  '/client/delete': { body: 'nothing' },
  '/client/lock_flag/update': { body: LockAnswer },
  '/client/secret/refresh': { body: SecretAnswer },
  '/client/secret/update': { body: SecretAnswer },

  '/service/create': { body: CreatedServiceAnswer },
  '/service/get': { body: ServiceAnswer },
  '/service/get/list': { body: ServiceListAnswer },
  '/service/update': { body: ServiceAnswer },
  '/service/delete': { body: 'nothing' },
  '/service/configuration': { body: Metadata },
  '/service/jwks/get': { body: JwkSet },

  '/api': { body: 'never' },
  '/misc/echo': { body: 'text' },
  '/lifecycle/healthcheck': { body: 'text' },
}
