import { isIPv4 } from 'node:net'
import type { GeneralSubtree, NameConstraints, RelativeDistinguishedNames } from 'pkijs'
import { readName, type Subject } from '../names.ts'
import { SAN_KINDS, type SanKind } from '../subject-alternative-names.ts'
import type { DistinguishedName } from '../subject-dn.ts'
import { EMAIL_ADDRESS } from '../oids.ts'

type Kind = SanKind | 'dn'
type TextKind = Exclude<SanKind, 'ip'>
type Name = string | DistinguishedName

interface Subtree {
  readonly kind: Kind
  /** @returns `undefined` if it cannot be decided whether the name is in the subtree */
  readonly has: (name: Name) => boolean | undefined
}

/**
 * Whether an authority must not certify one of the names of a certificate, because the name is in an excluded subtree, or in none
 * of the permitted subtrees of its kind. The engine of pkijs is not strict enough: it accepts a certificate if only one of its names
 * is permitted, and lets an authority permit more than the authority above it.
 *
 * A constraint on a single mailbox, or on a kind of name that is not supported here, excludes every certificate.
 *
 * @param directoryNames the distinguished names in the subject alternative name
 * @see RFC 5280 section 4.2.1.10
 */
export async function isOutside(
  subject: Subject,
  directoryNames: readonly DistinguishedName[],
  constraints: NameConstraints,
): Promise<boolean> {
  const permitted = await readSubtrees(constraints.permittedSubtrees)
  const excluded = await readSubtrees(constraints.excludedSubtrees)
  if (permitted === undefined || excluded === undefined) return true
  return namesOf(subject, directoryNames).some(([kind, name]) => {
    const sameKind = permitted.filter((subtree) => subtree.kind === kind)
    if (sameKind.length > 0 && !sameKind.some(({ has }) => has(name) === true)) return true
    return excluded.some((subtree) => subtree.kind === kind && subtree.has(name) !== false)
  })
}

/** All names to which constraints apply, including the e-mail addresses in the subject. */
function namesOf(
  { subject, san }: Subject,
  directoryNames: readonly DistinguishedName[],
): (readonly [Kind, Name])[] {
  const addresses = subject.flat().filter((attribute) => attribute.startsWith(EMAIL_ADDRESS))
  return [
    ...(subject.length === 0 ? directoryNames : [subject, ...directoryNames]).map(
      (name) => ['dn', name] as const,
    ),
    ...addresses.map((attribute) => ['email', attribute.slice(EMAIL_ADDRESS.length + 1)] as const),
    ...(['dns', 'uri', 'email', 'ip'] as const).flatMap((kind) =>
      san[kind].map((name) => [kind, name] as const),
    ),
  ]
}

async function readSubtrees(subtrees: readonly GeneralSubtree[] = []): Promise<Subtree[] | undefined> {
  const read = await Promise.all(subtrees.map(readSubtree))
  return read.every((subtree) => subtree !== undefined) ? read : undefined
}

async function readSubtree({ base, minimum, maximum }: GeneralSubtree): Promise<Subtree | undefined> {
  if (minimum !== 0 || maximum !== undefined) return undefined
  const value: unknown = base.value
  if (base.type === 4) {
    const prefix = await readName(new Uint8Array((value as RelativeDistinguishedNames).valueBeforeDecode))
    return { kind: 'dn', has: (name) => typeof name !== 'string' && startsWith(name, prefix) }
  }
  const kind = SAN_KINDS.get(base.type)
  if (kind === 'ip') {
    const octets = (value as { readonly valueBlock: { readonly valueHexView: Uint8Array } }).valueBlock
    return addressRange(Buffer.from(octets.valueHexView))
  }
  return kind === undefined || typeof value !== 'string' ? undefined : domain(kind, value.toLowerCase())
}

function startsWith(name: DistinguishedName, prefix: DistinguishedName): boolean {
  return prefix.every((rdn, index) => JSON.stringify(name[index]) === JSON.stringify(rdn))
}

/** A `dns` subtree has a host name and all names below it. For `email` and `uri` it has one host or, after a leading dot, only the names below it. */
function domain(kind: TextKind, base: string): Subtree | undefined {
  if (base.includes('@') || (base === '' && kind !== 'dns')) return undefined
  const below = base.startsWith('.') || base === '' ? base : `.${base}`
  return {
    kind,
    has: (name) => {
      const host = hostOf(kind, String(name).toLowerCase())
      if (host === undefined) return undefined
      if (kind === 'dns' || base.startsWith('.')) return host === base || host.endsWith(below)
      return host === base
    },
  }
}

const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([a-z0-9._-]+)(?::[0-9]*)?(?:[/?#]|$)/

/** @returns `undefined` for a URI without a host name, because it cannot be decided whether that is in a domain */
function hostOf(kind: TextKind, name: string): string | undefined {
  if (kind === 'dns') return name
  const host = kind === 'email' ? /^[^@]+@([^@]+)$/.exec(name)?.[1] : AUTHORITY.exec(name)?.[1]
  return host === undefined || isIPv4(host) ? undefined : host
}

/** @param octets address and mask, 4 or 16 bytes each */
function addressRange(octets: Buffer): Subtree | undefined {
  if (octets.length !== 8 && octets.length !== 32) return undefined
  const mask = octets.subarray(octets.length / 2)
  const masked = (address: Buffer) => mask.map((bits, at) => bits & (address[at] ?? 0))
  const network = Buffer.from(masked(octets))
  return {
    kind: 'ip',
    has: (name) => {
      const address = Buffer.from(String(name), 'hex')
      return address.length === mask.length && network.equals(masked(address))
    },
  }
}
