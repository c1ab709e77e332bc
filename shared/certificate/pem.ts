import { decodeBase64 } from '../base64.ts'

declare const derBrand: unique symbol

/** The bytes of one X.509 certificate, exactly as received. Only `readCertificate` creates a value of this type. */
export type Der = Buffer & { readonly [derBrand]: true }

/** Why a certificate cannot be read. */
export type MalformedReason =
  | 'bad-encoding'
  | 'empty'
  | 'no-begin-label'
  | 'no-end-label'
  | 'not-a-certificate'
  | 'not-ascii'
  | 'not-base64'
  | 'not-der'
  | 'nul-byte'
  | 'private-key'
  | 'several-certificates'
  | 'surrounding-text'
  | 'too-large'
  | 'trailing-bytes'
  | 'truncated'
  | 'wrong-label'

/** A certificate was presented but cannot be read. The error repeats nothing of the input, which may be a private key. */
export class MalformedCertificate extends Error {
  override readonly name = 'MalformedCertificate'
  readonly reason: MalformedReason

  constructor(reason: MalformedReason, options?: ErrorOptions) {
    super(`malformed certificate: ${reason}`, options)
    this.reason = reason
  }
}

/** Bounds all the work that follows. A certificate with thousands of names still fits (decision D29). */
const LIMIT_CHARACTERS = 65_536

const BEGIN = '-----BEGIN CERTIFICATE-----'
const END = '-----END CERTIFICATE-----'

/**
 * Reads one certificate as TLS terminators, proxies and people write it: PEM with any line ends, PEM with literal `\n`,
 * percent-encoded PEM, or bare base64.
 *
 * It accepts only unambiguous spellings, so two readers of one text never compute different thumbprints. It does not check dates,
 * key, signature or chain (RFC 8705 section 6.2).
 *
 * @param text as received; `undefined`, white space and Apache's `(null)` mean that there is no certificate
 * @returns the DER, or `undefined` when there is no certificate
 * @throws MalformedCertificate for anything other than exactly one certificate
 * @see RFC 7468 section 5, RFC 4648 sections 3.5 and 4; vectors pem-spellings.json
 */
export function readCertificate(text: string | undefined): Der | undefined {
  if (text === undefined || text === '(null)') return undefined
  if (text.length > LIMIT_CHARACTERS) throw new MalformedCertificate('too-large')
  const presented = trim(text)
  if (presented === '') return undefined

  const pem = trim(undoEscapes(presented))
  const der = decode(pem)
  if (der === undefined) throw new MalformedCertificate(reasonFor(pem))
  assertCertificate(der)
  return der
}

/** Reads a certificate that must not be absent. @throws MalformedCertificate */
export function requireCertificate(text: string): Der {
  const der = readCertificate(text)
  if (der === undefined) throw new MalformedCertificate('empty')
  return der
}

/** Removes white space of RFC 7468 section 2. `String.prototype.trim` would also remove characters outside of ASCII. */
function trim(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isWhiteSpace(text.charCodeAt(start))) start++
  while (end > start && isWhiteSpace(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isWhiteSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

/** Undoes one level of one encoding. PEM has neither `%` nor `\`, so this is unambiguous (decision D38). */
function undoEscapes(text: string): string {
  if (text.includes('%')) return percentDecode(text)
  return text.includes('\\') ? text.replaceAll('\\r\\n', '\n').replaceAll('\\n', '\n') : text
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (cause) {
    throw new MalformedCertificate('bad-encoding', { cause })
  }
}

function decode(pem: string): Buffer | undefined {
  const base64 = bodyOf(pem).replace(/[ \t\r\n]+/g, '')
  return base64 === '' ? undefined : decodeBase64(base64, 'base64')
}

function bodyOf(pem: string): string {
  const labelled = pem.startsWith(BEGIN) && pem.endsWith(END)
  return labelled ? pem.slice(BEGIN.length, -END.length) : pem
}

function reasonFor(pem: string): MalformedReason {
  if (pem.includes('\0')) return 'nul-byte'
  if (/[^\0-\x7f]/.test(pem)) return 'not-ascii'
  if (pem.includes('PRIVATE KEY-----')) return 'private-key'
  return pem.includes('-----') ? labelReason(pem) : bodyReason(pem)
}

function labelReason(pem: string): MalformedReason {
  const begin = pem.indexOf(BEGIN)
  const end = pem.indexOf(END)
  if (begin === -1 && end === -1) return 'wrong-label'
  if (begin === -1 || (end !== -1 && end < begin)) return 'no-begin-label'
  if (pem.includes(BEGIN, begin + BEGIN.length)) return 'several-certificates'
  if (end === -1) return pem.includes('-----', begin + BEGIN.length) ? 'wrong-label' : 'no-end-label'
  return begin === 0 && pem.endsWith(END) ? bodyReason(bodyOf(pem)) : 'surrounding-text'
}

function bodyReason(body: string): MalformedReason {
  return trim(body) === '' ? 'empty' : 'not-base64'
}

const SEQUENCE = 0x30

interface Field {
  readonly tag: number
  readonly optional?: true
}

/** RFC 5280 section 4.1. These tags distinguish a certificate from a request, a bare key and a revocation list. */
const CERTIFICATE: readonly Field[] = [
  { tag: SEQUENCE }, // tbsCertificate
  { tag: SEQUENCE }, // signatureAlgorithm
  { tag: 0x03 }, // signatureValue
]

const TBS_CERTIFICATE: readonly Field[] = [
  { tag: 0xa0, optional: true }, // version
  { tag: 0x02 }, // serialNumber
  { tag: SEQUENCE }, // signature
  { tag: SEQUENCE }, // issuer
  { tag: SEQUENCE }, // validity
  { tag: SEQUENCE }, // subject
  { tag: SEQUENCE }, // subjectPublicKeyInfo
  { tag: 0x81, optional: true }, // issuerUniqueID
  { tag: 0x82, optional: true }, // subjectUniqueID
  { tag: 0xa3, optional: true }, // extensions
]

function assertCertificate(der: Buffer): asserts der is Der {
  if (der[0] !== SEQUENCE) throw new MalformedCertificate('not-a-certificate')
  const certificate = contentAt(der, 0, der.length)
  if (certificate.end < der.length) throw new MalformedCertificate('trailing-bytes')
  assertFields(der, certificate, CERTIFICATE)
  assertFields(der, contentAt(der, certificate.start, certificate.end), TBS_CERTIFICATE)
}

/** The content of an element: the bytes from `start` up to `end`. */
export interface Span {
  readonly start: number
  readonly end: number
}

function assertFields(der: Buffer, { start, end }: Span, fields: readonly Field[]): void {
  let at = start
  for (const { tag, optional } of fields) {
    if (at < end && der[at] === tag) at = contentAt(der, at, end).end
    else if (optional !== true) throw new MalformedCertificate('not-a-certificate')
  }
  if (at !== end) throw new MalformedCertificate('not-a-certificate')
}

/**
 * The content of the element at `at`, which must end by `limit`. DER has only definite, minimal lengths (X.690 section 10.1).
 *
 * @throws MalformedCertificate `truncated`, `not-der`
 */
export function contentAt(der: Buffer, at: number, limit: number): Span {
  let start = at + 2
  if (start > limit) throw new MalformedCertificate('truncated')
  let length = der.readUInt8(at + 1)
  if (length >= 0x80) {
    start += length - 0x80
    if (start > limit) throw new MalformedCertificate('truncated')
    length = 0
    for (let i = at + 2; i < start; i++) length = length * 256 + der.readUInt8(i)
    if (length < 0x80 || der[at + 2] === 0) throw new MalformedCertificate('not-der')
  }
  if (length > limit - start) throw new MalformedCertificate('truncated')
  return { start, end: start + length }
}
