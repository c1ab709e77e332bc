import { X509Certificate } from 'node:crypto'
import type { BitString, OctetString } from 'asn1js'
import type { Certificate } from 'pkijs'
import { EXTENSION } from '../oids.ts'
import { valueOf } from '../path/extension-value.ts'
import { readName } from '../names.ts'
import type { Der } from '../pem.ts'
import { isWeakKey, keyStrength } from '../public-key.ts'
import { isSameName } from '../subject-dn.ts'
import { RefusedList } from './refused-list.ts'
import type { ListScope } from './scope.ts'
import type { ListStructure } from './structure.ts'

/** The bit for cRLSign in the first byte of keyUsage (RFC 5280 section 4.2.1.3). */
const SIGNS_LISTS = 0x02

const ALGORITHMS: ReadonlySet<string> = new Set(['SHA-256', 'SHA-384', 'SHA-512'])

/**
 * Checks that a key of the issuer has signed the list. The authority key identifier chooses the key. A CA may sign its lists with
 * another key than its certificates.
 *
 * @param issuers the certificates of the issuer's keys
 * @returns that of the key
 * @throws RefusedList other-issuer, other-key, not-a-list-signer, weak-key, algorithm, signature
 * @see RFC 5280 sections 5.2.1 and 6.3.3 (f) and (g)
 */
export async function requireSignature(
  list: ListStructure,
  { keyIdentifier }: ListScope,
  issuers: readonly Der[],
): Promise<Der> {
  const { Certificate, getCrypto } = await import('pkijs')
  const { header } = list
  const name = await readName(list.issuer)
  const parsed = issuers.map((der) => ({ der, certificate: Certificate.fromBER(der) }))
  const named = await keep(parsed, async ({ certificate }) =>
    isSameName(name, await readName(new Uint8Array(certificate.subject.valueBeforeDecode))),
  )
  if (named.length === 0) throw new RefusedList('other-issuer')
  const chosen = await keep(named, async ({ certificate }) =>
    keyIdentifier === undefined ? true : keyIdentifier.equals(await keyIdentifierOf(certificate)),
  )
  if (chosen.length === 0) throw new RefusedList('other-key')
  const signers = chosen.filter(({ certificate }) => maySignLists(certificate))
  if (signers.length === 0) throw new RefusedList('not-a-list-signer')
  const strong = signers.filter(({ der }) => !isWeakKey(keyStrength(new X509Certificate(der).publicKey)))
  if (strong.length === 0) throw new RefusedList('weak-key')
  const isSupported =
    ALGORITHMS.has(getCrypto(true).getHashAlgorithm(header.signatureAlgorithm)) &&
    header.signatureAlgorithm.isEqual(header.signature)
  if (!isSupported) throw new RefusedList('algorithm')
  for (const { certificate, der } of strong) {
    if (await isSignedBy(list, certificate)) return der
  }
  throw new RefusedList('signature')
}

async function isSignedBy(
  { header }: ListStructure,
  { subjectPublicKeyInfo }: Certificate,
): Promise<boolean> {
  try {
    return await header.verify({ publicKeyInfo: subjectPublicKeyInfo })
  } catch (error) {
    // pkijs has no class of its own for a key or a signature of another kind.
    if (error instanceof Error) return false
    throw error
  }
}

/** A certificate without the extension has the SHA-1 of its key (RFC 5280 section 4.2.1.2). */
async function keyIdentifierOf(certificate: Certificate): Promise<Buffer> {
  const extension = certificate.extensions?.find(({ extnID }) => extnID === EXTENSION.subjectKeyIdentifier)
  if (extension === undefined) return Buffer.from(await certificate.getKeyHash('SHA-1'))
  const value = valueOf(extension) as OctetString | undefined
  return Buffer.from(value?.valueBlock.valueHexView ?? [])
}

/** Without key usage a key may do everything (RFC 5280 section 6.3.3 (f)). */
function maySignLists({ extensions = [] }: Certificate): boolean {
  const usages = extensions.filter(({ extnID }) => extnID === EXTENSION.keyUsage)
  return usages.every((usage) => {
    const [first = 0] = (valueOf(usage) as BitString | undefined)?.valueBlock.valueHexView ?? []
    return (first & SIGNS_LISTS) !== 0
  })
}

async function keep<Each>(all: readonly Each[], isKept: (each: Each) => Promise<boolean>): Promise<Each[]> {
  const kept = await Promise.all(all.map(isKept))
  return all.filter((_, i) => kept[i])
}
