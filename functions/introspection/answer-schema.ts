import * as z from 'zod/mini'
import {
  type AnswerOf,
  clientId,
  envelope,
  grantType,
  milliseconds,
  refusalAnswer,
  RESULT,
  seconds,
  nonEmptyList,
  texts,
  TOKEN_HOLDER,
} from '../../shared/answer-schema.ts'
import { Scope } from '../../shared/store/service.ts'
import { CHECKS } from '../../shared/token/introspection-checks.ts'

/** Members of every answer, refusals included (Authlete contract, section 2.8). */
const STANDING = {
  existent: z.boolean(),
  usable: z.boolean(),
  sufficient: z.boolean(),
  refreshable: z.boolean(),
}

/** One check and the values that it has compared. Times named `...At` and `...NotBefore` are in milliseconds. */
const Step = z.object({
  name: z.enum(CHECKS.map(({ name }) => name)),
  outcome: z.enum(['PASSED', 'FAILED', 'NOT_LOOKED_AT']),
  /** Present for the failed check. */
  reason: z.optional(z.string()),
  resultCode: z.optional(RESULT.resultCode),

  tokenFormat: z.optional(z.enum(['OPAQUE', 'JWT'])),
  clientId: z.optional(clientId),
  clientIdAlias: z.optional(z.string()),
  grantType: z.optional(grantType),
  issuedAt: z.optional(milliseconds),

  locked: z.optional(z.boolean()),
  clientNotBefore: z.optional(milliseconds),
  serviceNotBefore: z.optional(milliseconds),

  certificateRevoked: z.optional(z.boolean()),

  expiresAt: z.optional(milliseconds),
  refreshable: z.optional(z.boolean()),

  bound: z.optional(z.boolean()),
  boundOnly: z.optional(z.boolean()),
  certificate: z.optional(z.enum(['ABSENT', 'MALFORMED', 'READ'])),
  tokenThumbprint: z.optional(z.string()),
  certificateThumbprint: z.optional(z.string()),

  proof: z.optional(z.enum(['ABSENT', 'WRONG', 'VERIFIED'])),
  proofFault: z.optional(z.string()),
  nonceRight: z.optional(z.boolean()),
  requiredHtm: z.optional(z.string()),
  requiredHtu: z.optional(z.string()),
  tokenKeyThumbprint: z.optional(z.string()),
  proofKeyThumbprint: z.optional(z.string()),

  /** Scopes, resources or authentication context classes. Unlike other lists of answers, these may be empty. */
  required: z.optional(z.array(z.string())),
  granted: z.optional(z.array(z.string())),
  missing: z.optional(z.array(z.string())),
  requiredSubject: z.optional(z.string()),
  grantedSubject: z.optional(z.string()),
  grantedAcr: z.optional(z.string()),
  requiredMaxAge: z.optional(seconds),
  authTime: z.optional(seconds),
})

/** The checks in the order of the decision. Only a call with `explain` gets them. */
const steps = z.optional(z.array(Step))

/** `/auth/introspection`, action OK (Authlete contract, section 2.8). */
const IntrospectionSuccess = z.object({
  ...envelope('introspectionResponse', ['OK']),
  /** A value for `WWW-Authenticate`, although the token is valid. */
  responseContent: z.string(),
  ...STANDING,
  steps,
  certificateThumbprint: z.optional(z.string()),
  dpopKeyThumbprint: z.optional(z.string()),
  dpopNonce: z.optional(z.string()),
  ...TOKEN_HOLDER,
  scopes: texts,
  scopeDetails: nonEmptyList(Scope),
  /** The resources of the grant, then those of this access token (RFC 8707). */
  resources: texts,
  accessTokenResources: texts,
  expiresAt: milliseconds,
  grantType,
  /** The class of the end-user's authentication, if the caller of the issuing API provided it. */
  acr: z.optional(z.string()),
  /** The time of the end-user's authentication in seconds since the epoch. */
  authTime: z.optional(seconds),
})
export type IntrospectionSuccess = AnswerOf<typeof IntrospectionSuccess>

export const IntrospectionAnswer = z.discriminatedUnion('action', [
  IntrospectionSuccess,
  z.extend(refusalAnswer('introspectionResponse', ['BAD_REQUEST', 'UNAUTHORIZED', 'FORBIDDEN']), {
    ...STANDING,
    dpopNonce: z.optional(z.string()),
    steps,
  }),
])
