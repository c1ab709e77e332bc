import { isUtf8 } from 'node:buffer'
import { decodeBase64 } from '../base64.ts'
import type { HttpRequest } from '../http.ts'
import { decodeFormText } from './form.ts'

export interface BasicCredentials {
  readonly id: string
  readonly secret: string
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i

/**
 * Reads Basic credentials from the `Authorization` header. The ID and the secret are form-encoded (RFC 6749 section 2.3.1).
 *
 * @returns `absent` without the header; `malformed` for another scheme, for two headers and for a wrong encoding, because
 *   the client tried to authenticate (decision D20)
 */
export function readBasic(http: HttpRequest): BasicCredentials | 'absent' | 'malformed' {
  const [header, ...more] = http.headers.get('authorization') ?? []
  if (header === undefined) return 'absent'
  const encoded = BASIC.exec(header)?.[1]
  if (encoded === undefined || more.length > 0) return 'malformed'
  const bytes = decodeBase64(encoded, 'base64')
  if (bytes === undefined || !isUtf8(bytes)) return 'malformed'
  const text = bytes.toString()
  const colon = text.indexOf(':')
  const id = decodeFormText(text.slice(0, Math.max(colon, 0)))
  const secret = decodeFormText(text.slice(colon + 1))
  return colon < 1 || !id || secret === undefined ? 'malformed' : { id, secret }
}
