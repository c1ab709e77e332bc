import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/oauth/refusal.ts'
import { readCall } from '../../../shared/oauth/request-body.ts'
import { type Range, readRange } from '../range.ts'
import { names } from '../request.ts'

/** What an end-user has granted to clients (contract, section 1.4). */
export interface AuthorizationsRequest extends Range {
  readonly subject: string
  /** Of the clients. */
  readonly developer: string | undefined
}

const ListCall = z.object({
  subject: z.optional(z.string()),
  developer: z.optional(z.string()),
  start: z.optional(z.unknown()),
  end: z.optional(z.unknown()),
})

/** v3 names the subject in the path as well, v2 alone in the query or the body. @throws Refusal authorizations-subject-missing, list-tokens-… */
export function readAuthorizations(http: HttpRequest): AuthorizationsRequest {
  const { subject, developer, ...range } = readCall(http, ListCall)
  return { subject: namedSubject(http, subject), developer, ...readRange(range) }
}

export interface ClientAuthorization {
  readonly client: string
  readonly subject: string
}

/** @throws Refusal authorizations-subject-missing */
export function readDeletion(http: HttpRequest): ClientAuthorization {
  return { ...clientNamed(http), subject: namedSubject(http, http.query.get('subject') ?? undefined) }
}

export interface AuthorizationChange extends ClientAuthorization {
  /** `undefined`: they stay. */
  readonly scopes: readonly string[] | undefined
}

const ChangeCall = z.object({ subject: z.optional(z.string()), scopes: z.optional(names) })

/** @throws Refusal authorizations-subject-missing */
export function readAuthorizationChange(http: HttpRequest): AuthorizationChange {
  const { subject, scopes } = readCall(http, ChangeCall)
  return {
    ...clientNamed(http),
    subject: namedSubject(http, subject),
    scopes: scopes && [...new Set(scopes)],
  }
}

function clientNamed({ pathParameters }: HttpRequest): { readonly client: string } {
  return { client: pathParameters['clientId'] ?? '' }
}

function namedSubject({ pathParameters }: HttpRequest, given: string | undefined): string {
  const subject = pathParameters['subject'] ?? given
  if (subject === undefined || subject === '') throw new Refusal('authorizations-subject-missing')
  return subject
}
