import * as z from 'zod/mini'
import type { Property } from '../store/grant.ts'
import { Refusal } from '../refusal/refusal.ts'

/**
 * As JSON, in which each property is at least as long as in the store. With the longest scopes, redirect URI and claims
 * an item stays under 16 KB.
 */
const MAX_PROPERTIES_BYTES = 4096

/** Members of token answers, introspection and JWTs that have a meaning of their own (Authlete contract, section 4.8). */
const RESERVED: ReadonlySet<string> = new Set([
  ...['access_token', 'refresh_token', 'id_token', 'issued_token_type', 'token_type', 'expires_in', 'scope'],
  ...['error', 'error_description', 'error_uri', 'code', 'state', 'active', 'username', 'client_id'],
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'cnf', 'act', 'may_act'],
  ...['auth_time', 'acr', 'amr', 'grant_id', 'authorization_details', 'token_introspection'],
])

const Given = z.array(
  z.object({
    key: z.string().check(z.minLength(1)),
    value: z.nullish(z.string()),
    hidden: z.nullish(z.boolean()),
  }),
)

/** An array, or JSON text of one: the published description has it as text (Authlete contract, section 2.5). */
export const GivenProperties = z.pipe(z.transform(fromJson), Given)

/** @throws Refusal name-reserved */
export function readProperties(given: z.infer<typeof Given> = []): readonly Property[] {
  refuseReserved(given.map(({ key }) => key))
  return given.map(({ key, value, hidden }) => ({ key, value: value ?? '', hidden: hidden ?? false }))
}

/** @throws Refusal name-reserved */
export function refuseReserved(names: readonly string[]): void {
  const named = names.find((name) => RESERVED.has(name))
  if (named !== undefined) throw new Refusal('name-reserved', { named })
}

/** What is given later is added, and takes the place of what has the same key. */
export function mergeProperties(
  stored: readonly Property[],
  given: readonly Property[],
): readonly Property[] {
  return [...new Map([...stored, ...given].map((property) => [property.key, property])).values()]
}

export function areTooLarge(properties: readonly Property[]): boolean {
  return Buffer.byteLength(JSON.stringify(properties)) > MAX_PROPERTIES_BYTES
}

/** Members of an answer to a client or of a JWT. @param withHidden for callers of the Web API who ask for them */
export function propertyMembers(properties: readonly Property[], withHidden = false): Record<string, string> {
  const shown = properties.filter(({ hidden }) => withHidden || !hidden)
  return Object.fromEntries(shown.map(({ key, value }) => [key, value]))
}

/** `undefined`, which no schema takes, for what is not JSON. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
