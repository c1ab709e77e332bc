import * as z from 'zod/mini'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { AUTHENTICATION_MEMBERS, readAuthentication } from '../../../shared/token/end-user-authentication.ts'
import { refuseReserved } from '../../../shared/token/properties.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { parseResources } from '../../../shared/token/resource.ts'
import { type Claims, EXTRA_MEMBERS } from '../../../shared/token/extras.ts'
import type { Authentication, Property } from '../../../shared/store/grant.ts'
import { flag, names, positive, properties, refuseNotOffered, thumbprint } from '../request.ts'

/** Tokens that the service itself asks for: nobody is authenticated but the service. */
export interface CreateRequest {
  readonly grantType: 'AUTHORIZATION_CODE' | 'CLIENT_CREDENTIALS'
  /** The number, or the number or alias as text. */
  readonly client: number | string
  readonly clientIdAliasUsed: boolean
  readonly subject: string | undefined
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** Seconds; `undefined`: those of service and client. */
  readonly accessTokenDuration: number | undefined
  readonly refreshTokenDuration: number | undefined
  readonly properties: readonly Property[]
  readonly certificateThumbprint: Thumbprint | undefined
  readonly authentication: Authentication
  /** Of a JWT access token. */
  readonly jwtAtClaims: Claims
}

const MAX_SUBJECT_LENGTH = 100
const ASCII = /^[\x20-\x7e]+$/
/** Those of Authlete that are not offered. */
const NOT_OFFERED = ['IMPLICIT', 'PASSWORD', 'CIBA', 'DEVICE_CODE', 'TOKEN_EXCHANGE', 'JWT_BEARER'] as const
const GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS'] as const

export const CreateCall = z.object({
  grantType: z.optional(z.enum([...GRANT_TYPES, 'REFRESH_TOKEN', ...NOT_OFFERED, 'PRE_AUTHORIZED_CODE'])),
  clientId: z.optional(positive),
  clientIdentifier: z.optional(z.string()),
  clientIdAliasUsed: z.optional(flag),
  subject: z.optional(z.string()),
  scopes: z.optional(names),
  resources: z.optional(names),
  accessTokenDuration: z.optional(positive),
  refreshTokenDuration: z.optional(positive),
  properties: z.optional(properties),
  certificateThumbprint: z.optional(thumbprint),
  ...AUTHENTICATION_MEMBERS,
  jwtAtClaims: EXTRA_MEMBERS.jwtAtClaims,
  accessToken: z.optional(z.unknown()),
  refreshToken: z.optional(z.unknown()),
  accessTokenPersistent: z.optional(flag),
  dpopKeyThumbprint: z.optional(z.unknown()),
})

/** `/auth/token/create` (Authlete contract, section 2.7). @throws Refusal create-…, member-refused */
export function readCreate(call: z.infer<typeof CreateCall>): CreateRequest {
  refuseNotOffered(call, ['accessToken', 'refreshToken', 'accessTokenPersistent', 'dpopKeyThumbprint'])
  const { jwtAtClaims = {} } = call
  refuseReserved(Object.keys(jwtAtClaims))
  const grantType = offeredGrantType(call.grantType)
  const client = call.clientId ?? call.clientIdentifier
  if (client === undefined) throw new Refusal('create-client-unknown')
  return {
    grantType,
    client,
    clientIdAliasUsed: call.clientIdAliasUsed ?? false,
    subject: grantType === 'CLIENT_CREDENTIALS' ? undefined : checkedSubject(call.subject),
    scopes: [...new Set(call.scopes)],
    resources: checkedResources(call.resources),
    accessTokenDuration: call.accessTokenDuration,
    refreshTokenDuration: call.refreshTokenDuration,
    properties: call.properties ?? [],
    certificateThumbprint: call.certificateThumbprint,
    authentication: readAuthentication(call),
    jwtAtClaims,
  }
}

function offeredGrantType(asked: z.infer<typeof CreateCall>['grantType']): CreateRequest['grantType'] {
  if (asked === undefined) throw new Refusal('create-grant-type-missing')
  if (asked === 'REFRESH_TOKEN') throw new Refusal('create-grant-type-refresh')
  const offered = GRANT_TYPES.find((name) => name === asked)
  if (offered === undefined) throw new Refusal('create-grant-type-unsupported')
  return offered
}

function checkedResources(given: readonly string[] = []): readonly string[] {
  const resources = parseResources(given)
  if (resources === 'malformed') throw new Refusal('create-resource-malformed')
  return resources
}

function checkedSubject(subject: string | undefined): string {
  if (subject === undefined) throw new Refusal('create-subject-missing')
  if (subject.length > MAX_SUBJECT_LENGTH) throw new Refusal('create-subject-too-long')
  if (!ASCII.test(subject)) throw new Refusal('create-subject-not-ascii')
  return subject
}
