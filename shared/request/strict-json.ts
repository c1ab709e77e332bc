import { isUtf8 } from 'node:buffer'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'

/**
 * Reads an unambiguous JSON object.
 *
 * @returns `undefined` if the bytes are not UTF-8, not JSON or not an object, or if a member occurs twice at any depth, because
 *   parsers disagree on which one counts
 * @see RFC 8725 section 3.7, RFC 7515 section 4
 */
export function parseJsonObject(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  const value = parseJson(text)
  // A text without spaces is mostly the one that the value has again, and then nothing was lost.
  return isJsonObject(value) && (JSON.stringify(value) === text || !repeatsMember(text)) ? value : undefined
}

/** A string, with a colon after it if it is the name of a member; or a bracket. */
const JSON_TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\r\n]*:)?|[{}[\]]/g

/** @param text valid JSON */
function repeatsMember(text: string): boolean {
  const open: Set<unknown>[] = []
  for (const [token, string, colon] of text.matchAll(JSON_TOKEN)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (string !== undefined && colon !== undefined) {
      const name: unknown = JSON.parse(string)
      const members = open.at(-1)
      if (members?.has(name)) return true
      members?.add(name)
    }
  }
  return false
}
