import * as z from 'zod/mini'
import {
  type Answered,
  attributes,
  clientId,
  envelope,
  grantType,
  milliseconds,
  properties,
  refusal,
  seconds,
  someOf,
  texts,
} from '../../shared/answer-schema.ts'
import { Scope } from '../../shared/store/service.ts'

/** In every answer, also in those that refuse (Authlete contract, section 2.8). */
const STANDING = {
  existent: z.boolean(),
  usable: z.boolean(),
  sufficient: z.boolean(),
  refreshable: z.boolean(),
}

/** `/auth/introspection`, action OK (Authlete contract, section 2.8). */
const IntrospectionSuccess = z.object({
  ...envelope('introspectionResponse', ['OK']),
  /** A value for `WWW-Authenticate` here, too. */
  responseContent: z.string(),
  ...STANDING,
  certificateThumbprint: z.optional(z.string()),
  clientId,
  clientIdAlias: z.optional(z.string()),
  clientIdAliasUsed: z.boolean(),
  subject: z.optional(z.string()),
  scopes: texts,
  scopeDetails: someOf(Scope),
  /** Of the grant, and of this access token (RFC 8707). */
  resources: texts,
  accessTokenResources: texts,
  expiresAt: milliseconds,
  grantType,
  /** Of the authentication of the end-user, where it was told at issue; in seconds. */
  acr: z.optional(z.string()),
  authTime: z.optional(seconds),
  properties,
  serviceAttributes: attributes,
  clientAttributes: attributes,
})
export type IntrospectionSuccess = Answered<typeof IntrospectionSuccess>

export const IntrospectionAnswer = z.discriminatedUnion('action', [
  IntrospectionSuccess,
  z.extend(refusal('introspectionResponse', ['BAD_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN']), STANDING),
])
