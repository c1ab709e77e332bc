import * as z from 'zod/mini'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { listMember } from '../../../shared/request/body.ts'
import { EXTRA_MEMBERS, readExtras, type TokenExtras } from '../../../shared/token/extras.ts'
import {
  AUTHENTICATION_MEMBERS,
  checkSubject,
  type EndUserAuthentication,
  readAuthentication,
} from '../../../shared/token/terms.ts'

/** The end-user has agreed. */
export interface IssueRequest {
  readonly ticket: string
  readonly subject: string
  /** In place of those of the authorization request. */
  readonly scopes: readonly string[] | undefined
  /** For the code's tokens. */
  readonly extras: TokenExtras
  readonly authentication: EndUserAuthentication
}

export const IssueCall = z.object({
  ticket: z.optional(z.string()),
  subject: z.optional(z.string()),
  scopes: z.optional(listMember),
  ...AUTHENTICATION_MEMBERS,
  ...EXTRA_MEMBERS,
})

const SUBJECT_REASONS = {
  missing: 'subject-missing',
  tooLong: 'subject-too-long',
  notAscii: 'subject-not-ascii',
} as const

/** `/auth/authorization/issue` of the Web API (Authlete contract, section 2.2). @throws Refusal */
export function readIssue(call: z.infer<typeof IssueCall>): IssueRequest {
  const { ticket, subject, scopes } = call
  if (ticket === undefined) throw new Refusal('ticket-missing')
  return {
    ticket,
    subject: checkSubject(subject, SUBJECT_REASONS),
    scopes: scopes?.length ? [...new Set(scopes)] : undefined,
    extras: readExtras(call),
    authentication: readAuthentication(call),
  }
}
