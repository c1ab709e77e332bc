import * as z from 'zod/mini'
import {
  type AnswerOf,
  attributes,
  clientId,
  envelope,
  grantType,
  milliseconds,
  properties,
  refusalAnswer,
  seconds,
  someOf,
  texts,
} from '../../shared/answer-schema.ts'
import { Scope } from '../../shared/store/service.ts'

/** Members of every answer, refusals included (Authlete contract, section 2.8). */
const STANDING = {
  existent: z.boolean(),
  usable: z.boolean(),
  sufficient: z.boolean(),
  refreshable: z.boolean(),
}

/** `/auth/introspection`, action OK (Authlete contract, section 2.8). */
const IntrospectionSuccess = z.object({
  ...envelope('introspectionResponse', ['OK']),
  /** A value for `WWW-Authenticate`, although the token is valid. */
  responseContent: z.string(),
  ...STANDING,
  certificateThumbprint: z.optional(z.string()),
  clientId,
  clientIdAlias: z.optional(z.string()),
  clientIdAliasUsed: z.boolean(),
  subject: z.optional(z.string()),
  scopes: texts,
  scopeDetails: someOf(Scope),
  /** The resources of the grant, then those of this access token (RFC 8707). */
  resources: texts,
  accessTokenResources: texts,
  expiresAt: milliseconds,
  grantType,
  /** How the end-user was authenticated, if the caller of the issuing API provided it. */
  acr: z.optional(z.string()),
  /** When the end-user was authenticated. Seconds since the epoch. */
  authTime: z.optional(seconds),
  properties,
  serviceAttributes: attributes,
  clientAttributes: attributes,
})
export type IntrospectionSuccess = AnswerOf<typeof IntrospectionSuccess>

export const IntrospectionAnswer = z.discriminatedUnion('action', [
  IntrospectionSuccess,
  z.extend(refusalAnswer('introspectionResponse', ['BAD_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN']), STANDING),
])
