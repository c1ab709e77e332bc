import { hash } from 'node:crypto'
import type { Tokens } from './grant.ts'

/** An item of the store is malformed. The message has the name of the attribute, never its value. */
export class DamagedItem extends Error {}

/**
 * DynamoDB writes 1,000 units a second to one partition, and an index that is throttled throttles its table. Each token is written
 * twice, when it is issued and when it has expired.
 */
const PARTITIONS_OF_CLIENT = 16

/**
 * The keys of the index that lists the tokens of a client or subject. Only grants with tokens have them, so the index is sparse.
 * It may lag behind, so no decision may rely on it. All tokens of a subject at a client are in one partition.
 */
export function listing(grant: {
  readonly service: number
  readonly client: number
  readonly grantId: string
  readonly subject: string | undefined
}) {
  const { service, client, grantId, subject } = grant
  // A client's own tokens have no subject, and a key must not be empty.
  const held = subject === undefined ? '-' : `=${subject}`
  return { holder: holder(service, client, partitionOf(subject ?? grantId)), held }
}

/** The keys of all tokens of a subject at a client. */
export function listingOfSubject(service: number, client: number, subject: string) {
  return listing({ service, client, grantId: '', subject })
}

/** The partitions that together have all tokens of a client. */
export function listingsOfClient(service: number, client: number): { readonly holder: string }[] {
  return Array.from({ length: PARTITIONS_OF_CLIENT }, (_, partition) => ({
    holder: holder(service, client, partition),
  }))
}

function holder(service: number, client: number, partition: number): string {
  return `${String(service)}.${String(client)}#${String(partition)}`
}

function partitionOf(text: string): number {
  return hash('sha256', text, 'buffer').readUInt8() % PARTITIONS_OF_CLIENT
}

/** DynamoDB's limit for the sort key of an index, in bytes. */
const MAX_HELD_BYTES = 1024

/** Whether a token can be listed under this key. DynamoDB refuses a query with any other key. */
export function isListable(held: string): boolean {
  return Buffer.byteLength(held) <= MAX_HELD_BYTES && held.isWellFormed()
}

/** Reads the subject from an index key. @throws DamagedItem */
export function readListedSubject(value: unknown, grantType: Tokens['grantType']): string | undefined {
  if (value === '-' && grantType === 'CLIENT_CREDENTIALS') return undefined
  if (typeof value !== 'string' || !value.startsWith('=') || value.length === 1) throw new DamagedItem('held')
  return value.slice(1)
}
