import type { BaseBlock } from 'asn1js'
import type { CertificateRevocationList } from 'pkijs'
import { decodeBase64 } from '../../base64.ts'
import { contentAt, type Span } from '../pem.ts'
import { readBer } from '../subject-dn.ts'
import { RefusedList } from './refused-list.ts'

/** A certificate list in its parts. */
export interface ListStructure {
  readonly der: Buffer
  /** The list without its entries. `tbsView` has the bytes that are signed, with the entries. */
  readonly header: CertificateRevocationList
  /** The DER of the issuer's name. */
  readonly issuer: Buffer
  /** The content of `revokedCertificates`. */
  readonly revoked: Span
}

const SEQUENCE = 0x30
const TIMES: ReadonlySet<number | undefined> = new Set([0x17, 0x18])

/**
 * Parses everything but the entries with pkijs, which would build several objects for each of them.
 *
 * @param content DER, or PEM with the label of RFC 7468 section 7
 * @throws RefusedList malformed
 */
export async function parseStructure(content: Buffer): Promise<ListStructure> {
  const der = derOf(content)
  const [tbs, ...signature] = elementsIn(der, { start: 0, end: der.length }, 1).flatMap((list) =>
    elementsIn(der, contentAt(der, list.start, list.end), 3),
  )
  if (tbs === undefined || der[0] !== SEQUENCE) throw new RefusedList('malformed')
  const fields = elementsIn(der, contentAt(der, tbs.start, tbs.end), 7)
  const times = fields.findIndex(({ start }) => TIMES.has(der[start]))
  const entries = fields.findIndex(({ start }, i) => i > times && times > 0 && der[start] === SEQUENCE)
  const bytes = ({ start, end }: Span) => der.subarray(start, end)
  const header = await parseHeader(fields.filter((_, i) => i !== entries).map(bytes), signature.map(bytes))
  header.tbsView = bytes(tbs)
  const issuer = fields[times - 1] ?? tbs
  const revoked = fields[entries]
  return {
    der,
    header,
    issuer: bytes(issuer),
    revoked: revoked === undefined ? { start: 0, end: 0 } : contentAt(der, revoked.start, revoked.end),
  }
}

const PEM = /^\s*-----BEGIN X509 CRL-----([A-Za-z0-9+/=\s]+)-----END X509 CRL-----\s*$/

function derOf(content: Buffer): Buffer {
  if (content[0] === SEQUENCE) return content
  const [, body = ''] = PEM.exec(content.toString('latin1')) ?? []
  return decodeBase64(body.replaceAll(/\s/g, ''), 'base64') ?? content
}

/** The elements, with their headers, that fill a span. */
function elementsIn(der: Buffer, { start, end }: Span, atMost: number): Span[] {
  const elements: Span[] = []
  for (let at = start; at < end;) {
    if (elements.length === atMost) throw new RefusedList('malformed')
    const element = { start: at, end: contentAt(der, at, end).end }
    elements.push(element)
    at = element.end
  }
  return elements
}

/** pkijs reads a malformed time as another time, so the parsed list must have exactly these bytes. */
async function parseHeader(
  fields: readonly Buffer[],
  signature: readonly Buffer[],
): Promise<CertificateRevocationList> {
  const { CertificateRevocationList } = await import('pkijs')
  const { Sequence } = await import('asn1js')
  const tbs = new Sequence({ value: await Promise.all(fields.map((field) => readBer(field))) })
  const rest = await Promise.all(signature.map((field) => readBer(field)))
  const der = Buffer.from(new Sequence({ value: [tbs, ...rest] }).toBER())
  try {
    const header = CertificateRevocationList.fromBER(der)
    if (Buffer.from((header.toSchema(true) as BaseBlock).toBER()).equals(der)) return header
  } catch (cause) {
    // pkijs has no class of its own for what it cannot parse.
    if (cause instanceof Error) throw new RefusedList('malformed', { cause })
    throw cause
  }
  throw new RefusedList('malformed')
}
