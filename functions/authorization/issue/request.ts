import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import type { JsonObject } from '../../../shared/json.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { scopesMember } from '../../../shared/request/body.ts'
import { extraMembers, readExtras, type TokenExtras } from '../../../shared/token/extras.ts'
import {
  authenticationMembers,
  checkSubject,
  type EndUserAuthentication,
  objectMember,
  readAuthentication,
} from '../../../shared/token/terms.ts'
import type { IdTokenContents } from './id-token.ts'

/** The consent of the end-user. */
export interface IssueRequest {
  readonly ticket: string
  readonly subject: string
  /** If present, they replace the scopes of the authorization request. */
  readonly scopes: readonly string[] | undefined
  /** The additions to the tokens that the client will get for the code. */
  readonly extras: TokenExtras
  readonly authentication: EndUserAuthentication
  readonly idToken: IdTokenContents
}

export const IssueCall = lazyObject(() => ({
  ticket: z.optional(z.string()),
  subject: z.optional(z.string()),
  scopes: z.optional(scopesMember),
  ...authenticationMembers(),
  // These are for the ID token.
  sub: z.optional(z.string()),
  claims: z.optional(objectMember),
  idtHeaderParams: z.optional(objectMember),
  ...extraMembers(),
}))

const SUBJECT_REASONS = {
  missing: 'subject-missing',
  tooLong: 'subject-too-long',
  notAscii: 'subject-not-ascii',
} as const

/**
 * The claims that certbound writes, and those that would make the JWT another kind of token (RFC 8417, RFC 9068). They are dropped and not
 * refused, because Authlete's own front end always sends `sub` among the claims.
 */
const DROPPED_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'auth_time', 'nonce', 'acr', 'azp'],
  ...['at_hash', 'c_hash', 's_hash', 'cnf', 'client_id', 'scope', 'act', 'may_act', 'events'],
  'token_introspection',
])

function furtherClaims(claims: object): JsonObject {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !DROPPED_CLAIMS.has(name)))
}

/**
 * `/auth/authorization/issue` of the Web API (Authlete contract, section 2.2).
 *
 * @throws Refusal ticket-missing, subject-…, member-refused, name-reserved
 */
export function readIssue(call: z.infer<typeof IssueCall>): IssueRequest {
  const { ticket, subject, scopes } = call
  if (ticket === undefined) throw new Refusal('ticket-missing')
  return {
    ticket,
    subject: checkSubject(subject, SUBJECT_REASONS),
    scopes: scopes?.length ? [...new Set(scopes)] : undefined,
    extras: readExtras(call),
    authentication: readAuthentication(call),
    idToken: {
      sub: call.sub === '' ? undefined : call.sub,
      claims: furtherClaims(call.claims ?? {}),
      headers: call.idtHeaderParams,
    },
  }
}
