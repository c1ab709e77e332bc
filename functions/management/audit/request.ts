import * as z from 'zod/mini'
import { decodeBase64 } from '../../../shared/base64.ts'
import { type EpochSeconds, toSeconds } from '../../../shared/epoch-seconds.ts'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { numberMember, readCall } from '../../../shared/request/body.ts'
import { DEFAULT_PAGE, pageSizeMember } from '../../../shared/request/range.ts'

/** Epoch milliseconds with 13 digits. */
const instant = numberMember(z.minimum(0), z.maximum(9_999_999_999_999))

export const AuditListCall = z.object({
  clientId: z.optional(z.string()),
  credential: z.optional(z.string()),
  since: z.optional(instant),
  until: z.optional(instant),
  pageSize: z._default(pageSizeMember, DEFAULT_PAGE),
  pageToken: z.optional(z.string()),
})

export interface AuditRequest {
  /** The number or the alias of a client. */
  readonly client: string | undefined
  readonly credential: string | undefined
  readonly since: EpochSeconds | undefined
  readonly until: EpochSeconds | undefined
  readonly size: number
  /** The place of the last record of the previous page. */
  readonly before: string | undefined
}

/** @throws Refusal list-page-malformed, member-wrong */
export function readAuditList(http: HttpRequest): AuditRequest {
  const { clientId, credential, since, until, pageSize, pageToken } = readCall(http, AuditListCall)
  return {
    ...{ client: clientId, credential, since: toSeconds(since), until: toSeconds(until), size: pageSize },
    before: pageToken === undefined ? undefined : readPageToken(pageToken),
  }
}

/** The time and the random id of a record (shared/store/audit/audit-item.ts). */
const PLACE = /^\d{10}\.[\w-]{16}\.$/

function readPageToken(token: string): string {
  const place = decodeBase64(token)?.toString('latin1') ?? ''
  if (!PLACE.test(place)) throw new Refusal('list-page-malformed')
  return place
}
