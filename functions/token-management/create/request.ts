import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import type { KeyThumbprint, Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import {
  type Additions,
  authenticationMembers,
  type EndUserAuthentication,
  propertyMembers,
  readAdditions,
  readAuthentication,
  checkSubject,
} from '../../../shared/token/terms.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { parseResources } from '../../../shared/token/resource.ts'
import { flagMember, listMember, scopesMember } from '../../../shared/request/body.ts'
import { thumbprintMember } from '../../../shared/request/certificate-members.ts'
import { keyThumbprintMember, positiveMember, refuseNotOffered } from '../request.ts'

/** A request for tokens from the service itself. No client or end-user is authenticated. */
export interface CreateRequest {
  readonly grantType: 'AUTHORIZATION_CODE' | 'CLIENT_CREDENTIALS'
  /** The number or the alias. */
  readonly client: string
  readonly clientIdAliasUsed: boolean
  readonly subject: string | undefined
  readonly scopes: readonly string[]
  readonly resources: readonly string[]
  /** Both durations are in seconds. If absent, the lifetimes of the service and the client apply. */
  readonly accessTokenDuration: number | undefined
  readonly refreshTokenDuration: number | undefined
  /** The request has at most one of the two thumbprints. */
  readonly certificateThumbprint: Thumbprint | undefined
  readonly dpopKeyThumbprint: KeyThumbprint | undefined
  readonly authentication: EndUserAuthentication
  readonly additions: Additions
}

/** Grant types of Authlete that are not offered. */
const REFUSED_GRANT_TYPES = [
  'IMPLICIT',
  'PASSWORD',
  'CIBA',
  'DEVICE_CODE',
  'TOKEN_EXCHANGE',
  'JWT_BEARER',
] as const
const CREATED_GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS'] as const

export const CreateCall = lazyObject(() => ({
  grantType: z.optional(
    z.enum([...CREATED_GRANT_TYPES, 'REFRESH_TOKEN', ...REFUSED_GRANT_TYPES, 'PRE_AUTHORIZED_CODE']),
  ),
  clientId: z.optional(positiveMember),
  clientIdentifier: z.optional(z.string()),
  clientIdAliasUsed: z.optional(flagMember),
  subject: z.optional(z.string()),
  scopes: z.optional(scopesMember),
  resources: z.optional(listMember),
  accessTokenDuration: z.optional(positiveMember),
  refreshTokenDuration: z.optional(positiveMember),
  certificateThumbprint: z.optional(thumbprintMember),
  dpopKeyThumbprint: z.optional(keyThumbprintMember),
  ...authenticationMembers(),
  ...propertyMembers(),
  accessToken: z.optional(z.unknown()),
  refreshToken: z.optional(z.unknown()),
  accessTokenPersistent: z.optional(flagMember),
}))

const SUBJECT_REASONS = {
  missing: 'create-subject-missing',
  tooLong: 'create-subject-too-long',
  notAscii: 'create-subject-not-ascii',
} as const

/** `/auth/token/create` (Authlete contract, section 2.7). @throws Refusal create-…, member-refused */
export function readCreate(call: z.infer<typeof CreateCall>): CreateRequest {
  refuseNotOffered(call, ['accessToken', 'refreshToken', 'accessTokenPersistent'])
  const { certificateThumbprint, dpopKeyThumbprint } = call
  if (certificateThumbprint !== undefined && dpopKeyThumbprint !== undefined)
    throw new Refusal('create-thumbprints-combined')
  const additions = readAdditions(call)
  const grantType = parseGrantType(call.grantType)
  const client = call.clientId === undefined ? call.clientIdentifier : String(call.clientId)
  if (client === undefined) throw new Refusal('create-client-unknown')
  return {
    grantType,
    client,
    clientIdAliasUsed: call.clientIdAliasUsed ?? false,
    subject: grantType === 'CLIENT_CREDENTIALS' ? undefined : checkSubject(call.subject, SUBJECT_REASONS),
    scopes: [...new Set(call.scopes)],
    resources: readResources(call.resources),
    accessTokenDuration: call.accessTokenDuration,
    refreshTokenDuration: call.refreshTokenDuration,
    certificateThumbprint,
    dpopKeyThumbprint,
    authentication: readAuthentication(call),
    additions,
  }
}

function parseGrantType(requested: z.infer<typeof CreateCall>['grantType']): CreateRequest['grantType'] {
  if (requested === undefined) throw new Refusal('create-grant-type-missing')
  if (requested === 'REFRESH_TOKEN') throw new Refusal('create-grant-type-refresh')
  const offered = CREATED_GRANT_TYPES.find((name) => name === requested)
  if (offered === undefined) throw new Refusal('create-grant-type-unsupported')
  return offered
}

function readResources(given: readonly string[] = []): readonly string[] {
  const resources = parseResources(given)
  if (resources === 'malformed') throw new Refusal('create-resource-malformed')
  return resources
}
