import { isDeepStrictEqual } from 'node:util'
import type { Item } from '../../dynamodb/dynamodb.ts'
import { credentialId, digest } from '../digest.ts'
import type { ChangedMember } from './audited-write.ts'

/** A record has only the digest of a longer value. */
const MAX_BYTES = 1024

/** Attributes that every write changes, and the keys of an item. */
const OWN = new Set(['pk', 'sk', 'id', 'attempt', 'revision', 'ttl', 'holder', 'held', 'modifiedAt'])

/** The members of a grant whose values a record shows. All others may be secret or personal. */
const SHOWN_OF_GRANTS = new Set([
  ...['grantType', 'stage', 'scopes', 'accessScopes', 'resources', 'accessResources', 'binding'],
  ...['accessExpiresAt', 'refreshExpiresAt', 'consentForgotten', 'createdAt'],
])

type IsShown = (name: string) => boolean

const unlessDigest: IsShown = (name) => !name.endsWith('Digest')

/** The kinds of items whose values a record shows. For every other kind it has only the names of the members. */
const SHOWN: Readonly<Record<string, IsShown>> = {
  owner: unlessDigest,
  service: unlessDigest,
  client: unlessDigest,
  clientState: () => true,
  certificateRevocation: () => true,
  revokedCertificates: () => true,
  certificateRenewal: () => true,
  grant: (name) => SHOWN_OF_GRANTS.has(name),
}

/** The members in which an item differs before and after a write. `undefined` stands for no item. */
export function changedMembers(
  kind: string,
  before: Item | undefined,
  after: Item | undefined,
): ChangedMember[] {
  const [from, to] = [membersOf(before), membersOf(after)]
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  const isShown = SHOWN[kind] ?? (() => false)
  return names
    .filter((name) => !OWN.has(name) && !isDeepStrictEqual(from[name], to[name]))
    .sort()
    .map((name) => (isShown(name) ? { name, from: textOf(from[name]), to: textOf(to[name]) } : { name }))
}

/** The members of the record in an item, or the attributes of an item without one. */
function membersOf(item: Item = {}): Item {
  const { carried, ...members } = (item['record'] ?? item) as Item
  return { ...(carried as Item | undefined), ...members }
}

/** JSON without digests of secrets, and with thumbprints in place of certificates. */
function textOf(value: unknown): string | undefined {
  const text = JSON.stringify(value, shown) as string | undefined
  if (text === undefined || Buffer.byteLength(text) <= MAX_BYTES) return text
  return `SHA-256 ${digest(text)}, ${Buffer.byteLength(text)} bytes`
}

function shown(name: string, value: unknown): unknown {
  if (name.endsWith('Digest')) return undefined
  if (typeof value === 'string' && value.includes('-----BEGIN')) return { 'SHA-256': digest(value) }
  // Keys of an unknown kind may have anything in it (RFC 7517 section 4).
  if (name === 'x5c' && Array.isArray(value))
    return value.map((der) => (typeof der === 'string' ? digest(Buffer.from(der, 'base64')) : {}))
  if (!isCredential(value)) return value
  const { digest: _, ...others } = value
  return { id: credentialId(value), ...others }
}

function isCredential(
  value: unknown,
): value is Readonly<Record<string, unknown>> & { readonly digest: string } {
  return typeof value === 'object' && value !== null && 'digest' in value && typeof value.digest === 'string'
}
