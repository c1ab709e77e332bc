import { decodeBase64 } from '../base64.ts'
import type { JsonObject } from '../json.ts'
import { parseJsonObject } from './strict-json.ts'

/** A JWS in the compact serialization (RFC 7515 section 7.1). Its signature is not verified. */
export interface CompactJws {
  readonly text: string
  readonly header: JsonObject
  readonly payload: Buffer
  readonly signature: Buffer
}

/** The difference that the clocks of clients may have (decision D34, requirement I04). */
export const SKEW_SECONDS = 10

/** A limit on the work for an unknown client (decision D29). */
const LIMIT_CHARACTERS = 8192

/** @returns `undefined` unless there are three parts, each with one spelling and one meaning (RFC 8725 section 3.7) */
export function readCompactJws(text: string): CompactJws | undefined {
  if (text.length > LIMIT_CHARACTERS) return undefined
  const [header, payload, signature, ...more] = text.split('.').map((part) => decodeBase64(part))
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) {
    return undefined
  }
  const members = parseJsonObject(header)
  return members && { text, header: members, payload, signature }
}

/** The media type of `typ` in lower case, without `application/`, which may be left out (RFC 7515 section 4.1.9). */
export function typeOf({ typ }: JsonObject): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}
