import { X509Certificate } from 'node:crypto'
import {
  type Der,
  MalformedCertificate,
  type MalformedReason,
  requireCertificate,
} from '../../shared/certificate/pem.ts'
import { MalformedDistinguishedName, readBer } from '../../shared/certificate/subject-dn.ts'
import { thumbprint } from '../../shared/certificate/thumbprint.ts'
import type { Members } from './web-api.ts'

/** No block has five hyphens in its text, so a text with many first lines and no last line is read only once. */
const BLOCK = /-----BEGIN ([A-Z0-9 #]+)-----((?:(?!-----)[^])*)-----END \1-----/g
/** OpenSSL also reads the second label (RFC 7468 section 5.1). */
const CERTIFICATE = ['CERTIFICATE', 'X509 CERTIFICATE']
/** The labels of RFC 7468 sections 8 and 9. */
const SIGNED_DATA = ['PKCS7', 'CMS', 'PKCS #7 SIGNED DATA']

/**
 * Reads the certificates in a text and drops repeated ones. It accepts one certificate in any spelling that `readCertificate` accepts,
 * several in PEM with any text around them, and PKCS #7 as PEM or base64.
 *
 * @throws MalformedCertificate
 */
export async function certificatesIn(text: string): Promise<Der[]> {
  try {
    return [requireCertificate(text)]
  } catch (error) {
    const found =
      error instanceof MalformedCertificate && error.reason !== 'private-key' ? await others(text) : []
    if (found.length === 0) throw error
    return [...new Map(found.map((der) => [thumbprint(der), der])).values()]
  }
}

async function others(text: string): Promise<Der[]> {
  const blocks = [...text.matchAll(BLOCK)]
  if (blocks.length === 0) return membersOf(text)
  if (blocks.length !== text.split('-----BEGIN ').length - 1) throw new MalformedCertificate('no-end-label')
  const found = blocks.map(async ([block, label = '', base64 = '']) => {
    if (SIGNED_DATA.includes(label)) return membersOf(base64)
    return CERTIFICATE.includes(label) ? [requireCertificate(block.replaceAll(label, 'CERTIFICATE'))] : []
  })
  return (await Promise.all(found)).flat()
}

/** The certificates are the member of SignedData with the tag 0 (RFC 5652 sections 3 and 5.1). */
async function membersOf(base64: string): Promise<Der[]> {
  const [, content] = inside(await readBlock(Buffer.from(base64, 'base64')))
  const [signedData] = inside(content)
  const set = inside(signedData).find(({ idBlock }) => idBlock.tagClass === 3)
  if (set?.idBlock.tagNumber !== 0) return []
  return inside(set).map(({ valueBeforeDecodeView: der }) =>
    requireCertificate(Buffer.from(der).toString('base64')),
  )
}

type Block = Awaited<ReturnType<typeof readBer>>

async function readBlock(bytes: Buffer): Promise<Block | undefined> {
  try {
    return await readBer(bytes)
  } catch (error) {
    if (error instanceof MalformedDistinguishedName) return undefined
    throw error
  }
}

/** A text, a time or an object identifier can claim to be constructed, and then its value is something else than blocks. */
function inside(block: Block | undefined): readonly Block[] {
  if (block?.idBlock.isConstructed !== true) return []
  const { value } = block.valueBlock as { readonly value?: unknown }
  return Array.isArray(value) ? value.filter(isBlock) : []
}

function isBlock(value: unknown): value is Block {
  return typeof value === 'object' && value !== null && 'idBlock' in value
}

/** More certificates than this are a bundle and no chain. They are not compared, because each pair costs a signature. */
const MAX_CHAIN = 20

/** A certificate with its chain. */
export interface Chain {
  /** The certificate that issued none of the others. */
  readonly leaf: Der
  readonly others: readonly Der[]
}

/**
 * Reads the certificate of one holder, with or without its chain, in any order.
 *
 * @returns `fault` describes the error in the text to the user. It contains nothing from the text, which may be a private key. `others`
 *   contains the certificates if they have several holders
 */
export async function readChain(
  text: string,
): Promise<Chain | { readonly fault: string; readonly others: readonly Der[] }> {
  try {
    const all = await certificatesIn(text)
    const isLeaf = (one: Der) => !all.some((other) => other !== one && hasIssued(one, other))
    const leaves = all.length > MAX_CHAIN ? all : all.filter(isLeaf)
    const [leaf] = leaves
    if (leaf !== undefined && leaves.length === 1) return { leaf, others: all.filter((one) => one !== leaf) }
    return { fault: FAULTS['several-certificates'], others: all }
  } catch (error) {
    if (error instanceof MalformedCertificate) return { fault: FAULTS[error.reason], others: [] }
    throw error
  }
}

function hasIssued(issuer: Buffer, der: Buffer): boolean {
  const [authority, issued] = [readX509(issuer), readX509(der)]
  if (authority === undefined || issued === undefined) return false
  return issued.checkIssued(authority) && issued.verify(authority.publicKey)
}

/** @returns `undefined` if OpenSSL cannot read it */
export function readX509(certificate: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(certificate)
  } catch (error) {
    // OpenSSL throws many different errors.
    if (error instanceof Error) return undefined
    throw error
  }
}

export function pemOf(der: Buffer): string {
  const base64 = der.toString('base64').replaceAll(/.{64}(?!$)/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`
}

/** The subject in one line. */
export function subjectOf(certificate: X509Certificate | undefined): string {
  const subject = certificate?.subject
  return subject?.replaceAll('\n', ', ') ?? (certificate === undefined ? 'not a certificate' : 'no subject')
}

/** A certificate and its key as a member of a JWK Set; `undefined` if the key cannot be written as a JWK. */
export function jwkOf(der: Der): Members | undefined {
  try {
    const jwk = new X509Certificate(der).publicKey.export({ format: 'jwk' })
    return { ...jwk, kid: thumbprint(der), x5c: [der.toString('base64')] }
  } catch (error) {
    // Only errors of OpenSSL and of Node have a code. RSA-PSS keys cannot be written as JWKs.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

const FAULTS: Readonly<Record<MalformedReason, string>> = {
  'bad-encoding': 'The percent-encoding is broken.',
  empty: 'It contains no certificate.',
  'no-begin-label': 'The line -----BEGIN CERTIFICATE----- is missing.',
  'no-end-label': 'The line -----END CERTIFICATE----- is missing: the text may be cut off.',
  'not-a-certificate': 'It can be decoded, but it is not an X.509 certificate.',
  'not-ascii': 'It contains characters that are not allowed in PEM or base64.',
  'not-base64': 'It is neither PEM nor a certificate in base64.',
  'not-der': 'It is not DER: the encoding of a length is longer than necessary.',
  'nul-byte': 'It contains a NUL byte.',
  'private-key':
    'This is a private key, not a certificate. The console did not keep it. Never share a private key: choose the certificate file.',
  'several-certificates':
    'It contains the certificates of several holders. Enter one certificate, with or without its chain.',
  'surrounding-text': 'There is other text around the certificate. Enter only the lines from BEGIN to END.',
  'too-large': 'It is too large to be a certificate.',
  'trailing-bytes': 'There are more bytes after the certificate.',
  truncated: 'The certificate is cut off.',
  'wrong-label': 'The label of the PEM block is neither CERTIFICATE nor PKCS7.',
}
