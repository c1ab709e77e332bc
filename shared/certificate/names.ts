import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { BaseBlock, Constructed } from 'asn1js'
import type { Certificate, ExtKeyUsage } from 'pkijs'
import { BoundedMap } from '../bounded-map.ts'
import { valueOf } from './path/extension-value.ts'
import { MalformedCertificate, type Der } from './pem.ts'
import { keyStrength, type KeyStrength } from './public-key.ts'
import { sortNames, type SubjectAlternativeNames } from './subject-alternative-names.ts'
import {
  canonicalAttribute,
  MalformedDistinguishedName,
  readBer,
  type DistinguishedName,
} from './subject-dn.ts'
import { thumbprint, type Thumbprint } from './thumbprint.ts'
import { EXTENSION, PURPOSE } from './oids.ts'

/** Names, validity, purpose and key strength of a certificate. */
export interface Subject extends KeyStrength {
  readonly subject: DistinguishedName
  readonly san: SubjectAlternativeNames
  /** Seconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  /** Whether the extended key usage is absent, or has clientAuth or anyExtendedKeyUsage (RFC 5280 section 4.2.1.12). */
  readonly isForClients: boolean
}

/** Parsing takes a hundred times as long as hashing, and a few clients send most of the requests. */
const REMEMBERED_CERTIFICATES = 1_000
const cache = new BoundedMap<Thumbprint, Subject>(REMEMBERED_CERTIFICATES)

/**
 * Parses a certificate for `tls_client_auth`. Results are cached by thumbprint.
 *
 * @throws MalformedCertificate `not-a-certificate` when a part of it cannot be parsed
 * @see RFC 5280 section 4.1.2.5, 4.1.2.6 and 4.2.1.6
 */
export async function readSubject(der: Der): Promise<Subject> {
  const key = thumbprint(der)
  const known = cache.get(key)
  if (known !== undefined) return known

  const subject = await parseSubject(der)
  cache.set(key, subject)
  return subject
}

/**
 * Reads a DER Name from its bytes. The `Name` of pkijs flattens the sets, but one RDN of two attributes is not two RDNs.
 *
 * @throws MalformedDistinguishedName
 */
export async function readName(der: Uint8Array): Promise<DistinguishedName> {
  const { ObjectIdentifier, Sequence, Set } = await import('asn1js')
  const name = await readBer(der)
  // An encoding that is longer than needed would be a second spelling of the name.
  if (!Buffer.from(name.toBER()).equals(der)) throw new MalformedDistinguishedName()
  return membersOf(name, Sequence).map((rdn) => membersOf(rdn, Set).map(readAttribute).sort())

  function readAttribute(attribute: BaseBlock): string {
    const [type, value, ...others] = membersOf(attribute, Sequence)
    if (!(type instanceof ObjectIdentifier) || value === undefined || others.length > 0) {
      throw new MalformedDistinguishedName()
    }
    return canonicalAttribute(type.getValue(), value)
  }
}

function membersOf(block: BaseBlock, kind: typeof Constructed): BaseBlock[] {
  if (!(block instanceof kind)) throw new MalformedDistinguishedName()
  return block.valueBlock.value
}

/** Bounds the work for one certificate. Certificates of CAs have about 100 elements, and one more for each name. */
const MAX_ELEMENTS = 1000

async function parseSubject(der: Der): Promise<Subject> {
  const { Certificate } = await import('pkijs')
  try {
    const certificate = new Certificate({ schema: await readBer(der, MAX_ELEMENTS) })
    const [notBefore, notAfter] = await readValidity(certificate)
    return {
      subject: await readName(new Uint8Array(certificate.subject.valueBeforeDecode)),
      san: await readAlternativeNames(certificate, der),
      notBefore,
      notAfter,
      isForClients: isForClients(certificate),
      ...keyStrength(readKey(certificate)),
    }
  } catch (cause) {
    throw new MalformedCertificate('not-a-certificate', { cause })
  }
}

/**
 * pkijs reads a malformed time as a time in the year 1899 or as local time. A well-formed validity (RFC 5280 section 4.1.2.5)
 * encodes to exactly the bytes that precede the subject.
 */
async function readValidity({
  notBefore,
  notAfter,
  subject,
  tbsView,
}: Certificate): Promise<[number, number]> {
  const { Sequence } = await import('asn1js')
  const validity = new Sequence({ value: [notBefore.toSchema(), notAfter.toSchema()] }).toBER()
  const expected = Buffer.concat([Buffer.from(validity), Buffer.from(subject.valueBeforeDecode)])
  if (!Buffer.from(tbsView).includes(expected)) throw new MalformedCertificate('not-a-certificate')
  return [notBefore.value.getTime() / 1000, notAfter.value.getTime() / 1000]
}

const CONTEXT_SPECIFIC = 3

/**
 * A second extension of this kind makes the certificate malformed (RFC 5280 section 4.2). Other extensions do not matter. As in OpenSSL,
 * no name counts if one of them cannot be decoded.
 */
async function readAlternativeNames(
  { extensions = [] }: Certificate,
  der: Der,
): Promise<SubjectAlternativeNames> {
  const { Primitive, Sequence } = await import('asn1js')
  const [extension, ...others] = extensions.filter(({ extnID }) => extnID === EXTENSION.subjectAltName)
  if (extension === undefined) return sortNames([])
  if (others.length > 0) throw new MalformedCertificate('not-a-certificate')
  const names = membersOf(await readBer(extension.extnValue.valueBlock.valueHexView), Sequence)
  if (!areNamesDecodable(der)) return sortNames([])
  return sortNames(
    names.flatMap((name) =>
      name instanceof Primitive && name.idBlock.tagClass === CONTEXT_SPECIFIC
        ? [[name.idBlock.tagNumber, name.valueBlock.valueHexView] as const]
        : [],
    ),
  )
}

/** Only errors of OpenSSL have a code. */
function areNamesDecodable(der: Der): boolean {
  try {
    return new X509Certificate(der).subjectAltName !== undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/** An extended key usage that cannot be parsed, or that there is twice, allows nothing. */
function isForClients({ extensions = [] }: Certificate): boolean {
  const [usage, ...others] = extensions.filter(({ extnID }) => extnID === EXTENSION.extKeyUsage)
  if (usage === undefined) return true
  const { keyPurposes = [] } = (valueOf(usage) ?? {}) as Partial<ExtKeyUsage>
  return others.length === 0 && keyPurposes.some((purpose) => CLIENT_PURPOSES.includes(purpose))
}

const CLIENT_PURPOSES: readonly string[] = Object.values(PURPOSE)

/** Reads only the key: `X509Certificate` would also refuse faults in fields that do not matter here. */
function readKey({ subjectPublicKeyInfo }: Certificate): KeyObject {
  const key = Buffer.from(subjectPublicKeyInfo.toSchema().toBER())
  return createPublicKey({ key, format: 'der', type: 'spki' })
}
