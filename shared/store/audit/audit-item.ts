import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import type { EpochSeconds } from '../../epoch-seconds.ts'
import { AuditedWrite } from './audited-write.ts'

/** The number of partitions for a service's records of one month. They are spread because DynamoDB limits the writes to each. */
export const PARTITIONS = 16

/** The operation that a record is about. */
export const Audited = lazyObject(() => ({
  operation: z.string(),
  /** The time of the request. */
  at: z.pipe(
    z.number(),
    z.transform((at) => at as EpochSeconds),
  ),
  /** The id of a credential, `owner`, `organization`, or the ARN of a person or program at AWS. */
  by: z.string(),
  address: z.optional(z.string()),
  requestId: z.optional(z.string()),
  /** Absent if the operation is about the deployment. */
  service: z.optional(z.number()),
}))
export type Audited = z.output<typeof Audited>

/** The end of an operation. */
export const AuditOutcome = lazyObject(() => ({
  /** The reason for refusing the caller. It is absent if the operation was done. */
  reason: z.optional(z.string()),
  /** The operation failed, so that it is unknown whether its last write was done. */
  failed: z.optional(z.literal(true)),
  /** The attempts of the writes that were done. */
  done: z.array(z.string()),
  /** The number of further items that were written. */
  others: z.number(),
  /** The clients of these items. */
  clients: z.array(z.number()),
}))
export type AuditOutcome = z.infer<typeof AuditOutcome>

/** An item has one of these. The first write of a record has the operation, too. */
export const AuditItem = lazyObject(() => ({
  audited: z.optional(Audited),
  write: z.optional(AuditedWrite),
  outcome: z.optional(AuditOutcome),
}))

/** @returns the partition of a record, which follows from the time and the random id of its operation */
export function partitionOf({ at, service }: Pick<Audited, 'at' | 'service'>, id: string): string {
  return partitionKey(service, monthOf(at), (Buffer.from(id, 'base64url')[0] ?? 0) % PARTITIONS)
}

/** @param service `undefined` for records about the deployment */
export function partitionKey(service: number | undefined, month: string, partition: number): string {
  return `${service ?? 'deployment'}#${month}#${partition}`
}

/** The month in UTC, such as `2026-12`. */
export function monthOf(at: EpochSeconds): string {
  return new Date(at * 1000).toISOString().slice(0, 7)
}

/** The beginning of the sort keys of a record's items. They sort by time. */
export function prefixOf(at: EpochSeconds, id: string): string {
  return `${at}.${id}.`
}
