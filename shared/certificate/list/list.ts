import { type Der, MalformedCertificate } from '../pem.ts'
import { MalformedDistinguishedName } from '../subject-dn.ts'
import { entriesIn, type ListEntry } from './entries.ts'
import { RefusedList } from './refused-list.ts'
import { type ListScope, readScope } from './scope.ts'
import { requireSignature } from './signer.ts'
import { type ListStructure, parseStructure } from './structure.ts'

/** The list that a source must have. */
export interface ExpectedList {
  /** The certificates of the issuer's keys. All have one subject. */
  readonly issuers: readonly Der[]
  /** The URI of the distribution point, for a list that names one. */
  readonly distributionPoint?: string | undefined
}

/** Which list of a source it is. */
export interface ListVersion {
  /** Absent in a list without the extension. */
  readonly number: bigint | undefined
  /** Seconds since 1970. */
  readonly thisUpdate: number
}

/** A certificate list that may be used, except that it may be late: its `nextUpdate` may have passed. */
export interface CertificateList extends ListVersion {
  /** Seconds since 1970. */
  readonly nextUpdate: number
  /** Whether the list has no certificates of CAs. */
  readonly userCertificatesOnly: boolean
  /** The certificate of the key that has signed the list. */
  readonly signer: Der
  /** The number of entries. */
  readonly count: number
  /** Walks the entries, which are checked already. A serial number can occur more than once. */
  readonly entries: () => Iterable<ListEntry>
}

/** The clock of the CA may be ahead. */
const SKEW_SECONDS = 300

/**
 * Reads a certificate list (RFC 5280 section 5).
 *
 * @param content DER or PEM
 * @param now seconds since 1970
 * @throws RefusedList if the list is malformed, is not the expected one, has a wrong signature, or is about less than all
 * certificates of its distribution point
 */
export async function readList(
  content: Buffer,
  expected: ExpectedList,
  now: number,
): Promise<CertificateList> {
  try {
    const structure = await parseStructure(content)
    const scope = readScope(structure.header.crlExtensions?.extensions ?? [])
    const signer = await requireSignature(structure, scope, expected.issuers)
    requirePoint(scope, expected)
    const { number, userCertificatesOnly } = scope
    const entries = () => entriesIn(structure.der, structure.revoked)
    // An entry that must not be used is found before any entry is used.
    const count = countOf(entries())
    return { number, userCertificatesOnly, signer, ...datesOf(structure, now), count, entries }
  } catch (cause) {
    const isMalformed = cause instanceof MalformedCertificate || cause instanceof MalformedDistinguishedName
    throw isMalformed ? new RefusedList('malformed', { cause }) : cause
  }
}

function countOf(entries: Iterator<ListEntry>): number {
  let count = 0
  while (entries.next().done !== true) count += 1
  return count
}

function requirePoint({ distributionPoints }: ListScope, { distributionPoint }: ExpectedList): void {
  if (distributionPoint === undefined) {
    if (distributionPoints !== undefined) throw new RefusedList('is-a-part')
  } else if (distributionPoints?.includes(distributionPoint) !== true) {
    throw new RefusedList('other-distribution-point')
  }
}

function datesOf({ header }: ListStructure, now: number) {
  const seconds = ({ value }: { readonly value: Date }) => Math.floor(value.getTime() / 1000)
  if (header.nextUpdate === undefined) throw new RefusedList('without-next-update')
  const thisUpdate = seconds(header.thisUpdate)
  if (thisUpdate > now + SKEW_SECONDS) throw new RefusedList('in-the-future')
  return { thisUpdate, nextUpdate: seconds(header.nextUpdate) }
}

/**
 * Neither the number nor the date of a list goes back.
 *
 * @throws RefusedList older
 * @see RFC 5280 section 5.2.3
 */
export function requireNotOlder(list: ListVersion, before: ListVersion): void {
  const isNumberLower =
    before.number !== undefined && (list.number === undefined || list.number < before.number)
  if (isNumberLower || list.thisUpdate < before.thisUpdate) throw new RefusedList('older')
}
