import type { Tokens } from './grant.ts'

/** An item of the store is malformed. The message has the name of the attribute, never its value. */
export class DamagedItem extends Error {}

/**
 * The keys of the index that lists the tokens of a client or subject. Only grants with tokens have them, so the index is sparse.
 * It may lag behind, so no decision may rely on it.
 */
export function listing(service: number, client: number, subject: string | undefined) {
  // A client's own tokens have no subject, and a key must not be empty.
  const held = subject === undefined ? '-' : `=${subject}`
  return { holder: `${String(service)}.${String(client)}`, held }
}

/** In bytes, of the RANGE key of an index in DynamoDB. */
const MAX_HELD_BYTES = 1024

/** Whether a token can be listed under this key. No token has another, and a query by another would be an error. */
export function mayBeHeld(held: string): boolean {
  return Buffer.byteLength(held) <= MAX_HELD_BYTES && held.isWellFormed()
}

/** The subject in an index key. @throws DamagedItem */
export function subjectHeld(value: unknown, grantType: Tokens['grantType']): string | undefined {
  if (value === '-' && grantType === 'CLIENT_CREDENTIALS') return undefined
  if (typeof value !== 'string' || !value.startsWith('=') || value.length === 1) throw new DamagedItem('held')
  return value.slice(1)
}
