import { isAscii } from 'node:buffer'
import { isIPv4, isIPv6 } from 'node:net'

/** The kinds of name that can identify a `tls_client_auth` client (RFC 8705 section 2.1.2). */
export type SanKind = 'dns' | 'uri' | 'email' | 'ip'

/** The names exactly as the certificate has them, and IP addresses as lower-case hex of their 4 or 16 bytes. */
export type SubjectAlternativeNames = Readonly<Record<SanKind, readonly string[]>>

/** The tags of GeneralName (RFC 5280 section 4.2.1.6). */
export const SAN_KINDS: ReadonlyMap<number, SanKind> = new Map([
  [1, 'email'],
  [2, 'dns'],
  [6, 'uri'],
  [7, 'ip'],
])

/**
 * Sorts the entries of a SubjectAltName extension by kind. It leaves out names of other kinds, text outside of IA5, and addresses
 * of another length, because none of them can identify a client.
 *
 * @param entries tag number and content of each GeneralName in a primitive encoding
 */
export function sortNames(entries: readonly (readonly [number, Uint8Array])[]): SubjectAlternativeNames {
  const named = (kind: SanKind) =>
    entries.flatMap(([tag, content]) =>
      SAN_KINDS.get(tag) === kind ? nameFrom(kind, Buffer.from(content)) : [],
    )
  return { dns: named('dns'), uri: named('uri'), email: named('email'), ip: named('ip') }
}

/**
 * Whether a certificate has the registered name among its names of that kind. A wildcard is an ordinary character here, because
 * an identifier is not a host pattern (decision D15).
 *
 * @param registered a malformed name matches nothing
 * @see RFC 8705 section 2.1.2
 */
export function matchesSan(kind: SanKind, registered: string, san: SubjectAlternativeNames): boolean {
  const expected = comparableName(kind, registered)
  if (expected === undefined) return false
  return san[kind].some((name) => (kind === 'ip' ? name : comparableName(kind, name)) === expected)
}

/** Whether this value can identify a client: it must be well-formed and unambiguous. */
export function isSanValue(kind: SanKind, text: string): boolean {
  return comparableName(kind, text) !== undefined
}

const LIMIT_CHARACTERS = 2048
const LIMIT_DNS_CHARACTERS = 253
const LIMIT_EMAIL_CHARACTERS = 254

/** RFC 1034 section 3.5, and the underscore, which is in use. */
const LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?'
const DNS = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`)
/** RFC 3986 sections 2 and 3, with a scheme (RFC 5280 section 4.2.1.6). */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/
/** RFC 5321 section 4.1.2, Dot-string. */
const LOCAL_PART = /^(?=.{1,64}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/

/** The form in which names are compared. All accepted names are ASCII, so `toLowerCase` folds nothing else. */
function comparableName(kind: SanKind, text: string): string | undefined {
  if (text.length > LIMIT_CHARACTERS) return undefined
  switch (kind) {
    case 'dns':
      return isDnsName(text) ? text.toLowerCase() : undefined
    case 'uri':
      return URI.test(text) ? text : undefined
    case 'email':
      return comparableMailbox(text)
    case 'ip':
      return addressBytes(text)
  }
}

/** An IP address is refused as a DNS name, because it would be compared with names of the wrong kind. */
function isDnsName(text: string): boolean {
  return text.length <= LIMIT_DNS_CHARACTERS && DNS.test(text) && !isIPv4(text)
}

function comparableMailbox(text: string): string | undefined {
  const at = text.lastIndexOf('@')
  const [local, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)]
  const valid = text.length <= LIMIT_EMAIL_CHARACTERS && LOCAL_PART.test(local)
  return valid && isDnsName(domain) && !domain.startsWith('*')
    ? `${local}@${domain.toLowerCase()}`
    : undefined
}

/** The bytes in hex, because a 16-byte address has many spellings (RFC 5952 section 8). */
function addressBytes(text: string): string | undefined {
  if (isIPv4(text)) return Buffer.from(text.split('.').map(Number)).toString('hex')
  if (!isIPv6(text) || text.includes('%')) return undefined
  const groups = text.toLowerCase().replace(/[0-9]+\.[0-9.]+$/, dottedGroups)
  const [head = [], tail] = groups.split('::').map((side) => (side === '' ? [] : side.split(':')))
  const zeros = tail === undefined ? [] : new Array<string>(8 - head.length - tail.length).fill('')
  return [...head, ...zeros, ...(tail ?? [])].map((group) => group.padStart(4, '0')).join('')
}

function dottedGroups(dotted: string): string {
  const hex = addressBytes(dotted) ?? ''
  return `${hex.slice(0, 4)}:${hex.slice(4)}`
}

function nameFrom(kind: SanKind, content: Buffer): string[] {
  if (kind === 'ip') return [4, 16].includes(content.length) ? [content.toString('hex')] : []
  return isAscii(content) ? [content.toString('latin1')] : []
}
