import { type JsonObject, parseJsonObject } from './strict-json.ts'

/** A JWS in the compact serialization, strictly read and not verified (RFC 7515 section 7.1). */
export interface CompactJws {
  readonly text: string
  readonly header: JsonObject
  readonly payload: Buffer
}

/** Bounded work before any trust (decision D29). */
const LIMIT_CHARACTERS = 8192

/** `undefined`: not three parts, or one that has a second spelling or meaning (RFC 8725 section 3.7). */
export function readCompactJws(text: string): CompactJws | undefined {
  if (text.length > LIMIT_CHARACTERS) return undefined
  const [header, payload, signature, ...more] = text.split('.').map(decode)
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    return undefined
  }
  const members = parseJsonObject(header)
  return members && { text, header: members, payload }
}

/** Node's decoder skips what it does not know; encoding again proves alphabet, no padding and unused bits of zero. */
function decode(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return bytes.toString('base64url') === part ? bytes : undefined
}
