import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { RANGE, type Range } from '../../../shared/request/range.ts'
import { readCall, scopesMember } from '../../../shared/request/body.ts'
import { type ClientAuthorization, readListCall } from '../request.ts'

/** Asks for the clients that an end-user has authorized (Authlete contract, section 1.4). */
export interface AuthorizationsRequest extends Range {
  readonly subject: string
  /** If present, only the clients of this developer are listed. */
  readonly developer?: string | undefined
}

export const AuthorizationListCall = z.object({
  subject: z.optional(z.string()),
  developer: z.optional(z.string()),
  ...RANGE,
})

/** The subject is in the path (only v3), in the query or in the body. @throws Refusal authorizations-subject-missing, list-tokens-… */
export function readAuthorizations(http: HttpRequest): AuthorizationsRequest {
  const call = readListCall(http, AuthorizationListCall)
  return { ...call, subject: namedSubject(http, call.subject) }
}

export const ClientAuthorizationCall = z.object({ subject: z.optional(z.string()) })

/** @throws Refusal authorizations-subject-missing */
export function readClientAuthorization(http: HttpRequest): ClientAuthorization {
  const { subject } = readCall(http, ClientAuthorizationCall)
  return { ...clientInPath(http), subject: namedSubject(http, subject) }
}

export interface AuthorizationChange extends ClientAuthorization {
  /** If absent, nothing changes. */
  readonly scopes: readonly string[] | undefined
}

export const AuthorizationChangeCall = z.object({
  subject: z.optional(z.string()),
  scopes: z.optional(scopesMember),
})

/** @throws Refusal authorizations-subject-missing */
export function readAuthorizationChange(http: HttpRequest): AuthorizationChange {
  const { subject, scopes } = readCall(http, AuthorizationChangeCall)
  return {
    ...clientInPath(http),
    subject: namedSubject(http, subject),
    scopes: scopes && [...new Set(scopes)],
  }
}

function clientInPath({ pathParameters }: HttpRequest): { readonly client: string } {
  return { client: pathParameters['clientId'] ?? '' }
}

function namedSubject({ pathParameters }: HttpRequest, given: string | undefined): string {
  const subject = pathParameters['subject'] ?? given
  if (subject === undefined || subject === '') throw new Refusal('authorizations-subject-missing')
  return subject
}
