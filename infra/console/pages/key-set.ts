import { isJsonObject, parseJson } from '../../../shared/json.ts'
import type { Members } from '../web-api.ts'

/** The keys in the JWK Set of a record. */
export function keysOf({ jwks }: Members): Members[] {
  const set = typeof jwks === 'string' ? parseJson(jwks) : undefined
  return isJsonObject(set) && Array.isArray(set['keys']) ? set['keys'].filter(isJsonObject) : []
}
