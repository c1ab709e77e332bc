import * as z from 'zod/mini'
import { milliseconds } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'
import { SETTLEMENTS } from '../../../shared/store/audit/settle.ts'

const text = z.optional(z.string())
const outcome = z.enum(SETTLEMENTS)

/**
 * Records of changes, the newest first. `from` and `to` are JSON. For a value over 1 KB they are its digest and length, and for a secret they
 * are absent.
 */
export const AuditListAnswer = z.object({
  records: z.array(
    z.object({
      recordId: z.string(),
      requestedAt: milliseconds,
      operation: z.string(),
      credential: z.string(),
      address: text,
      requestId: text,
      outcome,
      reason: text,
      changes: z.array(
        z.object({
          kind: z.string(),
          item: z.string(),
          clientId: z.optional(z.number()),
          subject: text,
          removed: z.boolean(),
          outcome,
          members: z.array(z.object({ name: z.string(), from: text, to: text })),
        }),
      ),
      otherItems: z.optional(z.int()),
    }),
  ),
  nextPageToken: text,
})
export type AuditListAnswer = Immutable<z.output<typeof AuditListAnswer>>
