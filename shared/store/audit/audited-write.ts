import * as z from 'zod/mini'
import { lazyObject } from '../../lazy-object.ts'
import type { Key } from '../../dynamodb/dynamodb.ts'

const text = z.optional(z.string())

/** A member of an item before and after a write. A value is JSON, a long one its digest and length; a secret has none. */
const ChangedMember = lazyObject(() => ({ name: z.string(), from: text, to: text }))
export type ChangedMember = z.infer<typeof ChangedMember>

/** The record of a write (architecture, section 3). */
export const AuditedWrite = lazyObject(() => ({
  /** `outside` stands for a change outside of the tables, such as a deployment, or a decision that no item has. */
  table: z.enum(['registry', 'grants', 'outside']),
  key: z.record(z.string(), z.string()),
  kind: z.string(),
  service: z.optional(z.number()),
  client: z.optional(z.number()),
  subject: text,
  /** The values of `attempt` and `revision` that the item had when it was read. */
  read: z.array(z.string()),
  /** The value of `attempt` that the write leaves. The record names the write by it. A removal leaves none. */
  attempt: z.string(),
  /** The value of `revision` that the write leaves. A request that only issues tokens keeps it. */
  revision: text,
  removal: z.optional(z.literal(true)),
  members: z.array(ChangedMember),
}))
export type AuditedWrite = z.infer<typeof AuditedWrite>

/** The kind of an item, which follows from its key, and the service and client that it belongs to. */
export function describeKey(table: AuditedWrite['table'], { pk = '', sk = '', id = '' }: Key) {
  return table === 'registry' ? describeRecord(pk, sk) : describeGrant(id)
}

function describeRecord(pk: string, sk: string) {
  const [name = '', service] = pk.split('#')
  if (name === 'service') return { kind: name, service: Number(sk) }
  if (service === undefined) return { kind: KINDS_OF_RECORDS[name] ?? name }
  const client = name === 'client' ? { client: Number(sk) } : {}
  return { kind: KINDS_OF_RECORDS[name] ?? name, service: Number(service), ...client }
}

const KINDS_OF_RECORDS: Readonly<Record<string, string>> = {
  certificate: 'certificateRevocation',
  keys: 'signingKey',
  nonce: 'nonceKey',
  data: 'dataVersion',
  lists: 'listSources',
}

function describeGrant(id: string) {
  const [service, client, grant] = id.split('.')
  if (client === 'revocation') return { kind: client, service: Number(service) }
  if (client === 'certificate' || client === 'issued')
    return { kind: 'certificate', service: Number(service) }
  const kind = KINDS_OF_CLIENT_ITEMS[grant ?? ''] ?? 'grant'
  return { kind, service: Number(service), client: Number(client) }
}

/** The kinds of a client's items by the third part of their keys. That of a grant is random. */
const KINDS_OF_CLIENT_ITEMS: Readonly<Record<string, string>> = {
  '': 'clientState',
  certificate: 'certificate',
  revoked: 'revokedCertificates',
  renewal: 'certificateRenewal',
}

/** The text of a key, by which two keys are compared. */
export function keyText({ table, key }: Pick<AuditedWrite, 'table' | 'key'>): string {
  return [table, key['pk'], key['sk'], key['id']].join(' ')
}

/** The kinds of items that decide. The other kinds only help to find items or to sign. */
export const MAIN_KINDS: ReadonlySet<string> = new Set([
  'owner',
  'service',
  'client',
  'clientState',
  'grant',
  'certificateRevocation',
  'revokedCertificates',
  'certificateRenewal',
])
