import type { Tokens } from './grant.ts'

/** An item does not have the form that was written. The message names the attribute, never its value. */
export class DamagedItem extends Error {}

interface Listed {
  readonly service: number
  readonly client: number
  readonly subject: string | undefined
}

/**
 * The keys of the index by which the management API lists tokens: client, then subject. Only grants with tokens have
 * them, so the index is sparse. No decision reads it: it is late by nature.
 */
export function listing({ service, client, subject }: Listed) {
  return { holder: `${String(service)}.${String(client)}`, held: held(subject) }
}

/** A key must not be empty, and a client has a token of its own beside those of its users. */
function held(subject: string | undefined): string {
  return subject === undefined ? '-' : `=${subject}`
}

/**
 * Tokens have their subject in the key of the index alone: twice it would make an item of two write units.
 *
 * @throws DamagedItem
 */
export function subjectHeld(value: unknown, grantType: Tokens['grantType']): string | undefined {
  if (value === '-' && grantType === 'CLIENT_CREDENTIALS') return undefined
  if (typeof value !== 'string' || !value.startsWith('=') || value.length === 1) throw new DamagedItem('held')
  return value.slice(1)
}
