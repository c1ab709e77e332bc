import { hash, type KeyObject, sign } from 'node:crypto'
import { element } from './built-certificate.ts'
import type { Party } from './certificate-chain.ts'

/** The codes of RFC 5280 section 5.3.1. */
export const REASON_CODES = {
  unspecified: 0,
  keyCompromise: 1,
  certificateHold: 6,
  removeFromCRL: 8,
} as const

export interface BuiltEntry {
  /** Hexadecimal digits of the INTEGER's content. */
  readonly serial: string
  readonly reason?: keyof typeof REASON_CODES
  /** The DER of further extensions. */
  readonly extensions?: readonly Buffer[]
}

export interface BuiltList {
  readonly entries?: readonly BuiltEntry[]
  readonly number?: number
  /** Absent if it is `null`. */
  readonly keyIdentifier?: null
  readonly thisUpdate?: string
  /** Absent if it is `null`. */
  readonly nextUpdate?: string | null
  /** The URI of a critical issuing distribution point. */
  readonly point?: string
  /** Whether the issuing distribution point has onlyContainsUserCerts. */
  readonly userCertificatesOnly?: true
  /** The DER of further extensions. */
  readonly extensions?: readonly Buffer[]
  readonly signedWith?: KeyObject
}

/** An Extension (RFC 5280 section 4.1). @param oid the content of its identifier in hexadecimal digits */
export function extension(oid: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? element(0x01, Buffer.of(0xff)) : Buffer.alloc(0)
  return element(0x30, element(0x06, Buffer.from(oid, 'hex')), critical, element(0x04, value))
}

/** The DER of an entry of a list. */
export function listEntry({ serial, reason, extensions = [] }: BuiltEntry): Buffer {
  const code = reason && extension('551d15', element(0x0a, Buffer.of(REASON_CODES[reason])))
  const all = [...(code === undefined ? [] : [code]), ...extensions]
  const tail = all.length === 0 ? Buffer.alloc(0) : element(0x30, ...all)
  return element(0x30, element(0x02, Buffer.from(serial, 'hex')), utcTime('2025-06-01T00:00:00Z'), tail)
}

/** A certificate list of what a CA issues, or would not issue. It is signed with ECDSA and SHA-256. */
export function builtList(issuer: Party, built: BuiltList = {}): Buffer {
  const { entries = [], number, extensions = [], signedWith = issuer.privateKey } = built
  const algorithm = element(0x30, element(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const all = [
    ...(built.keyIdentifier === null
      ? []
      : [extension('551d23', element(0x30, element(0x80, keyIdentifier(issuer))))]),
    ...(number === undefined ? [] : [extension('551d14', element(0x02, numberBytes(number)))]),
    ...pointExtension(built),
    ...extensions,
  ]
  const revoked =
    entries.length === 0 ? Buffer.alloc(0) : element(0x30, Buffer.concat(entries.map(listEntry)))
  const nextUpdate = built.nextUpdate === undefined ? '2026-01-08T00:00:00Z' : built.nextUpdate
  const tbs = element(
    0x30,
    ...[element(0x02, Buffer.of(1)), algorithm, nameOf(issuer)],
    utcTime(built.thisUpdate ?? '2026-01-01T00:00:00Z'),
    nextUpdate === null ? Buffer.alloc(0) : utcTime(nextUpdate),
    ...[revoked, element(0xa0, element(0x30, ...all))],
  )
  const signature = sign('sha256', tbs, signedWith)
  return element(0x30, tbs, algorithm, element(0x03, Buffer.of(0), signature))
}

function pointExtension({ point, userCertificatesOnly }: BuiltList): Buffer[] {
  if (point === undefined && userCertificatesOnly === undefined) return []
  const name = point === undefined ? [] : [element(0xa0, element(0xa0, element(0x86, point)))]
  const only = userCertificatesOnly === undefined ? [] : [element(0x81, Buffer.of(0xff))]
  return [extension('551d1c', element(0x30, ...name, ...only), true)]
}

/** A common name, in the form of `builtCertificate`. */
function nameOf({ name }: Party): Buffer {
  const type = element(0x06, Buffer.from('550403', 'hex'))
  return element(0x30, element(0x31, element(0x30, type, element(0x0c, Buffer.from(name)))))
}

/** The first method of RFC 5280 section 4.2.1.2, for a P-256 key. */
function keyIdentifier({ publicKey }: Party): Buffer {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return hash('sha1', point, 'buffer')
}

function numberBytes(number: number): Buffer {
  const digits = number.toString(16)
  const even = digits.length % 2 === 0 ? digits : `0${digits}`
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, 'hex')
}

function utcTime(date: string): Buffer {
  return element(0x17, date.replaceAll(/[-:T]/g, '').slice(2))
}
