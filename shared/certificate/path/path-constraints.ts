import type {
  AltName,
  Certificate,
  Extension,
  NameConstraints,
  PolicyConstraints,
  RelativeDistinguishedNames,
} from 'pkijs'
import { valueOf } from './extension-value.ts'
import { isOutside } from './name-constraints.ts'
import { readName, readSubject } from '../names.ts'
import type { DistinguishedName } from '../subject-dn.ts'
import type { Der } from '../pem.ts'
import { EXTENSION } from '../oids.ts'

/** Critical extensions that this code or the engine checks. The use of the key is ignored on purpose (decision D41). */
const UNDERSTOOD: ReadonlySet<string> = new Set(Object.values(EXTENSION))

/** The hashes that a signature may use. RSASSA-PSS names its hash in parameters. Signatures with SHA-1 and older hashes can be forged. */
const STRONG_HASHES: ReadonlySet<string> = new Set(['SHA-256', 'SHA-384', 'SHA-512'])
const EDWARDS: ReadonlySet<string> = new Set(['1.3.101.112', '1.3.101.113'])

/** A certificate of a path: as parsed, and its bytes as received. */
export interface PathMember {
  readonly certificate: Certificate
  readonly der: Der
}

/**
 * Checks the rules of RFC 5280 that the chain engine of pkijs does not check strictly enough: path length, name constraints,
 * inhibited policy mappings, unknown critical extensions, and the hash of each signature.
 *
 * @param members from the client's certificate to the root
 */
export async function isWellConstrained(members: readonly PathMember[]): Promise<boolean> {
  const { getCrypto } = await import('pkijs')
  const crypto = getCrypto(true)
  const path = members.map(({ certificate }) => certificate)
  const isStrong = ({ signatureAlgorithm }: Certificate) =>
    EDWARDS.has(signatureAlgorithm.algorithmId) ||
    STRONG_HASHES.has(crypto.getHashAlgorithm(signatureAlgorithm))
  return (
    path.every(isUnderstood) &&
    path.slice(0, -1).every(isStrong) &&
    path.every((certificate, index) => isWithinLength(certificate, path.slice(1, index))) &&
    mapsPoliciesWherePermitted(path) &&
    (await keepsNames(members))
  )
}

/** Whether no critical extension is unknown (RFC 5280 section 4.2). An extension that cannot be parsed counts as unknown. */
function isUnderstood({ extensions = [] }: Certificate): boolean {
  const kinds = new Set(extensions.map(({ extnID }) => extnID))
  if (kinds.size < extensions.length) return false
  return extensions.every((extension) =>
    UNDERSTOOD.has(extension.extnID) ? valueOf(extension) !== undefined : !extension.critical,
  )
}

/** Whether the path below an authority is short enough (RFC 5280 section 4.2.1.9). Self-issued certificates do not count. */
function isWithinLength(certificate: Certificate, below: readonly Certificate[]): boolean {
  const value = extensionOf(certificate, EXTENSION.basicConstraints)?.parsedValue as
    { readonly pathLenConstraint?: unknown } | undefined
  const limit = value?.pathLenConstraint
  if (limit === undefined) return true
  return typeof limit === 'number' && below.filter((ca) => !isSelfIssued(ca)).length <= limit
}

/** Whether all certificates keep to the name constraints of the authorities above them (RFC 5280 section 4.2.1.10). */
async function keepsNames(members: readonly PathMember[]): Promise<boolean> {
  for (const [index, authority] of members.entries()) {
    const constraints = extensionOf(authority.certificate, EXTENSION.nameConstraints)?.parsedValue as
      NameConstraints | undefined
    if (index === 0 || constraints === undefined) continue
    for (const [at, { certificate, der }] of members.slice(0, index).entries()) {
      if (at > 0 && isSelfIssued(certificate)) continue
      const names = await directoryNamesIn(certificate)
      if (await isOutside(await readSubject(der), names, constraints)) return false
    }
  }
  return true
}

/** The distinguished names in the subject alternative name. Constraints apply to them, although they identify no client. */
async function directoryNamesIn(certificate: Certificate): Promise<DistinguishedName[]> {
  const value = extensionOf(certificate, EXTENSION.subjectAltName)?.parsedValue as AltName | undefined
  const names = (value?.altNames ?? []).filter(({ type }) => type === DIRECTORY_NAME)
  return Promise.all(
    names.map(({ value: name }) =>
      readName(new Uint8Array((name as RelativeDistinguishedNames).valueBeforeDecode)),
    ),
  )
}

/** RFC 5280 section 4.2.1.6. */
const DIRECTORY_NAME = 4

/**
 * Whether no authority maps policies where one above it inhibits that (RFC 5280 section 6.1.4). The RFC ignores such a mapping,
 * and only an explicit policy can then make the path invalid. Here it always does.
 */
function mapsPoliciesWherePermitted(path: readonly Certificate[]): boolean {
  let permitted = Infinity
  for (const authority of path.slice(1).toReversed()) {
    if (permitted === 0 && extensionOf(authority, EXTENSION.policyMappings) !== undefined) return false
    if (!isSelfIssued(authority)) permitted = Math.max(permitted - 1, 0)
    const value = extensionOf(authority, EXTENSION.policyConstraints)?.parsedValue as
      PolicyConstraints | undefined
    permitted = Math.min(permitted, value?.inhibitPolicyMapping ?? Infinity)
  }
  return true
}

function extensionOf({ extensions = [] }: Certificate, oid: string): Extension | undefined {
  return extensions.find(({ extnID }) => extnID === oid)
}

function isSelfIssued({ issuer, subject }: Certificate): boolean {
  return issuer.isEqual(subject)
}
