import type { BaseBlock, BaseStringBlock } from 'asn1js'
import { EMAIL_ADDRESS } from './oids.ts'

/**
 * A name in comparable form: the RDNs in the order of the certificate, each a sorted list of its attributes. An attribute is
 * `OID=text` for string types and `OID#hex` (its BER) for all others.
 */
export type DistinguishedName = readonly (readonly string[])[]

/** The text or the bytes of a name are malformed or ambiguous. */
export class MalformedDistinguishedName extends Error {
  override readonly name = 'MalformedDistinguishedName'

  constructor(options?: ErrorOptions) {
    super('malformed distinguished name', options)
  }
}

/** The names of RFC 4514 section 3 and of OpenSSL. As in OpenSSL, `SN` is surname, never serialNumber (decision D14). */
const TYPES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '2.5.4.3': ['cn', 'commonname'],
    '2.5.4.4': ['sn', 'surname'],
    '2.5.4.5': ['serialnumber'],
    '2.5.4.6': ['c', 'countryname'],
    '2.5.4.7': ['l', 'localityname'],
    '2.5.4.8': ['st', 'stateorprovincename'],
    '2.5.4.9': ['street', 'streetaddress'],
    '2.5.4.10': ['o', 'organizationname'],
    '2.5.4.11': ['ou', 'organizationalunitname'],
    '2.5.4.12': ['title'],
    '2.5.4.15': ['businesscategory'],
    '2.5.4.42': ['givenname', 'gn'],
    '2.5.4.97': ['organizationidentifier'],
    '0.9.2342.19200300.100.1.1': ['uid', 'userid'],
    '0.9.2342.19200300.100.1.25': ['dc', 'domaincomponent'],
    [EMAIL_ADDRESS]: ['e', 'emailaddress'],
    // Extended validation, and the certificates of open banking (ETSI TS 119 495). OpenSSL prints the short names.
    '1.3.6.1.4.1.311.60.2.1.1': ['jurisdictionl', 'jurisdictionlocalityname'],
    '1.3.6.1.4.1.311.60.2.1.2': ['jurisdictionst', 'jurisdictionstateorprovincename'],
    '1.3.6.1.4.1.311.60.2.1.3': ['jurisdictionc', 'jurisdictioncountryname'],
  }).flatMap(([oid, names]) => names.map((name) => [name, oid])),
)

const NUMERIC_OID = /^[012](?:\.(?:0|[1-9][0-9]*))+$/
const HEX_VALUE = /^#(?:[0-9A-Fa-f]{2})+$/

/** A limit in UTF-16 units on the work of each request of a client. Even a long name that consists of hex escapes fits. */
const MAX_LENGTH = 2048

/** Control characters must be escaped, and a lone surrogate has no UTF-8 form. */
const NOT_IN_A_NAME = /[\p{Cc}\p{Cs}]/u

/** RFC 4514 section 3: `special`, `hexpair`, or characters that need no escape. */
const VALUE_TOKEN = /\\([ "#+,;<=>\\])|\\([0-9A-Fa-f]{2})|([^"+,;<>\\]+)/gy

/** The string types that OpenSSL compares as text: those of DirectoryString, IA5String and VisibleString. */
const STRING_TAGS: ReadonlySet<number> = new Set([12, 19, 20, 22, 26, 28, 30])

/**
 * Reads a registered `tls_client_auth_subject_dn`.
 *
 * Besides RFC 4514 it accepts spaces around `,` `+` `=`, long type names, and the types of `TYPES`. It refuses anything ambiguous, unknown or empty.
 *
 * @throws MalformedDistinguishedName
 * @see RFC 4514 section 3, RFC 8705 section 2.1.2; vectors dn-matching.json
 */
export async function parseDistinguishedName(text: string): Promise<DistinguishedName> {
  if (text.length > MAX_LENGTH || NOT_IN_A_NAME.test(text)) throw new MalformedDistinguishedName()
  const rdns = splitUnescaped(text, ',').map((rdn) =>
    Promise.all(splitUnescaped(rdn, '+').map(parseAttribute)),
  )
  // RFC 4514 section 2.1: the text begins with the last RDN of the certificate.
  return (await Promise.all(rdns)).map((rdn) => rdn.sort()).reverse()
}

/** The order of RDNs counts, the order within one does not: its attributes are sorted (decision D13). */
export function isSameName(a: DistinguishedName, b: DistinguishedName): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

/** Whether two names differ only in the order of their RDNs: one of them begins with its first RDN, and the other with its last. */
export function isReversed(a: DistinguishedName, b: DistinguishedName): boolean {
  return isSameName(a, b.toReversed()) && !isSameName(a, b)
}

/**
 * The comparable form of one attribute: no spaces at the ends, single spaces inside, ASCII letters in lower case, and no string
 * type. RFC 4518 folds more characters. Folding fewer can only refuse more certificates.
 *
 * @throws MalformedDistinguishedName when the bytes of a string cannot be decoded
 */
export function canonicalAttribute(type: string, value: BaseBlock): string {
  const { tagClass, tagNumber, isConstructed } = value.idBlock
  if (tagClass !== 1 || isConstructed || !STRING_TAGS.has(tagNumber)) {
    return `${type}#${Buffer.from(value.valueBeforeDecodeView).toString('hex')}`
  }
  const text = (value as BaseStringBlock).getValue()
  // asn1js replaces bytes that it cannot decode, and adds a warning.
  if (value.warnings.length > 0 || !text.isWellFormed()) throw new MalformedDistinguishedName()
  return canonicalText(type, text)
}

/**
 * Reads exactly one BER value. The parser limits the nesting.
 *
 * @param maxNodes the largest number of elements
 * @throws MalformedDistinguishedName
 */
export async function readBer(bytes: Uint8Array, maxNodes = 10_000): Promise<BaseBlock> {
  const { fromBER } = await import('asn1js')
  try {
    const { offset, result } = fromBER(bytes, { maxNodes })
    if (offset === bytes.length) return result
  } catch (cause) {
    throw new MalformedDistinguishedName({ cause })
  }
  throw new MalformedDistinguishedName()
}

async function parseAttribute(text: string): Promise<string> {
  const equals = text.indexOf('=')
  const type = typeFrom(foldSpaces(text.slice(0, Math.max(equals, 0))))
  if (type === undefined) throw new MalformedDistinguishedName()
  const value = text.slice(equals + 1)
  const hex = foldSpaces(value)
  const attribute = hex.startsWith('#')
    ? canonicalAttribute(type, await readBer(hexBytes(hex)))
    : canonicalText(type, unescape(value))
  if (attribute === canonicalText(type, '')) throw new MalformedDistinguishedName()
  return attribute
}

function typeFrom(word: string): string | undefined {
  return NUMERIC_OID.test(word) ? word : TYPES.get(lowerCase(word))
}

function hexBytes(hex: string): Buffer {
  if (!HEX_VALUE.test(hex)) throw new MalformedDistinguishedName()
  return Buffer.from(hex.slice(1), 'hex')
}

/** Hex pairs are bytes of UTF-8, so the value is decoded as a whole (RFC 4514 section 2.4). */
function unescape(value: string): string {
  const bytes: Buffer[] = []
  let length = 0
  for (const [token, special, hex, plain] of value.matchAll(VALUE_TOKEN)) {
    bytes.push(hex === undefined ? Buffer.from(special ?? plain ?? '') : Buffer.from(hex, 'hex'))
    length += token.length
  }
  if (length !== value.length) throw new MalformedDistinguishedName()
  return decodeUtf8(Buffer.concat(bytes))
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new MalformedDistinguishedName({ cause })
  }
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === separator) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

function canonicalText(type: string, text: string): string {
  return `${type}=${lowerCase(foldSpaces(text))}`
}

function foldSpaces(text: string): string {
  return text.match(/[^ ]+/g)?.join(' ') ?? ''
}

/** Changes only ASCII letters: `toLowerCase` would turn the Kelvin sign into `k` and change letters of other scripts. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}
