import { isUtf8 } from 'node:buffer'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'

export type { JsonObject } from '../json.ts'

/**
 * Reads a JSON object that says one thing only. `undefined`: the bytes are not UTF-8, not JSON, no object, or a member
 * stands in it twice, at any depth, of which `JSON.parse` would take the last and others the first.
 *
 * @see RFC 8725 section 3.7, RFC 7515 section 4
 */
export function parseJsonObject(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString()
  const value = parseJson(text)
  return isJsonObject(value) && !repeatsMember(text) ? value : undefined
}

/** A string, with the colon after it when it names a member; or a bracket. */
const JSON_TOKEN = /("[^"\\]*(?:\\.[^"\\]*)*")([ \t\r\n]*:)?|[{}[\]]/g

/** @param text is known to be JSON */
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
