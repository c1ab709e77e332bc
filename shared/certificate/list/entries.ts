import { contentAt, type Span } from '../pem.ts'
import { reasonOf, type RevocationReason } from '../revocation-reason.ts'
import { RefusedList } from './refused-list.ts'

/** A revoked certificate of a list. */
export interface ListEntry {
  /** The content of the INTEGER: two's complement, the highest byte first, as short as possible. */
  readonly serial: Buffer
  readonly reason: RevocationReason
}

const [BOOLEAN, INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, ENUMERATED] = [0x01, 0x02, 0x04, 0x06, 0x0a]
const [UTC_TIME, GENERALIZED_TIME, SEQUENCE] = [0x17, 0x18, 0x30]

/** The extensions of an entry that are understood (RFC 5280 section 5.3), by the bytes of their identifiers. */
const EXTENSIONS: ReadonlyMap<string, 'reason' | 'ignored' | 'issuer'> = new Map([
  ['551d15', 'reason'],
  ['551d18', 'ignored'], // invalidityDate
  ['551d1d', 'issuer'],
])

/**
 * Walks the entries of a certificate list without building objects for their elements, because a list may have a million of them.
 *
 * @param revoked the content of `revokedCertificates`
 * @throws RefusedList malformed, indirect, remove-from-list, critical-entry-extension
 * @throws MalformedCertificate for an element that is cut off or is not DER
 * @see RFC 5280 sections 5.1.2.6 and 5.3
 */
export function* entriesIn(der: Buffer, revoked: Span): Generator<ListEntry> {
  for (let at = revoked.start; at < revoked.end;) {
    const entry = contentOf(der, at, revoked.end, SEQUENCE)
    yield readEntry(der, entry)
    at = entry.end
  }
}

function readEntry(der: Buffer, { start, end }: Span): ListEntry {
  const serial = contentOf(der, start, end, INTEGER)
  if (!isShortest(der, serial)) throw new RefusedList('malformed')
  const time = contentOf(der, serial.end, end, UTC_TIME, GENERALIZED_TIME)
  const reason = time.end === end ? 'unspecified' : readExtensions(der, time.end, end)
  return { serial: der.subarray(serial.start, serial.end), reason }
}

/** A second spelling of a serial number would not be found (X.690 section 8.3.2). */
function isShortest(der: Buffer, { start, end }: Span): boolean {
  if (end - start < 2) return end > start
  const [first = 0, second = 0] = der.subarray(start, start + 2)
  return !(first === 0 && second < 0x80) && !(first === 0xff && second >= 0x80)
}

function readExtensions(der: Buffer, from: number, limit: number): RevocationReason {
  const extensions = contentOf(der, from, limit, SEQUENCE)
  if (extensions.end !== limit) throw new RefusedList('malformed')
  let reason: RevocationReason | undefined
  for (let at = extensions.start; at < extensions.end;) {
    const extension = contentOf(der, at, extensions.end, SEQUENCE)
    const value = readExtension(der, extension)
    if (value !== undefined) {
      if (reason !== undefined) throw new RefusedList('malformed')
      reason = readReason(der, value)
    }
    at = extension.end
  }
  return reason ?? 'unspecified'
}

/** @returns the value of an extension with a reason */
function readExtension(der: Buffer, { start, end }: Span): Span | undefined {
  const identifier = contentOf(der, start, end, OBJECT_IDENTIFIER)
  let at = identifier.end
  let isCritical = false
  if (der[at] === BOOLEAN) {
    const flag = contentOf(der, at, end, BOOLEAN)
    isCritical = der.subarray(flag.start, flag.end).some((byte) => byte !== 0)
    at = flag.end
  }
  const value = contentOf(der, at, end, OCTET_STRING)
  if (value.end !== end) throw new RefusedList('malformed')
  const kind = EXTENSIONS.get(der.toString('hex', identifier.start, identifier.end))
  if (kind === 'issuer') throw new RefusedList('indirect')
  if (kind === undefined && isCritical) throw new RefusedList('critical-entry-extension')
  return kind === 'reason' ? value : undefined
}

/** Only delta lists have it (RFC 5280 section 5.3.1). */
const REMOVE_FROM_LIST = 8

function readReason(der: Buffer, value: Span): RevocationReason {
  const { start, end } = contentOf(der, value.start, value.end, ENUMERATED)
  if (end !== value.end || end - start !== 1) throw new RefusedList('malformed')
  const code = der.readUInt8(start)
  if (code === REMOVE_FROM_LIST) throw new RefusedList('remove-from-list')
  const reason = reasonOf(code)
  if (reason === undefined) throw new RefusedList('malformed')
  return reason
}

function contentOf(der: Buffer, at: number, limit: number, ...tags: readonly number[]): Span {
  const content = contentAt(der, at, limit)
  if (!tags.includes(der[at] ?? 0)) throw new RefusedList('malformed')
  return content
}
