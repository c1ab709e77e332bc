import type { BitString } from 'asn1js'
import type { BasicConstraints, Certificate, Extension } from 'pkijs'
import { valueOf } from './extension-value.ts'
import { EXTENSION } from '../oids.ts'

const NETSCAPE_TYPE = '2.16.840.1.113730.1.1'
/** The bit for keyCertSign in the first byte of keyUsage (RFC 5280 section 4.2.1.3), and for a CA for TLS in that of `NETSCAPE_TYPE`. */
const MAY_SIGN = 0x04

/**
 * Whether a TLS terminator that trusts a self-signed certificate may also accept certificates that its holder issues. It may
 * if basicConstraints have CA:TRUE. Without basicConstraints the rules of OpenSSL apply (`check_ca`): it may if the certificate has
 * version 1, keyCertSign, or the Netscape type of a CA. `X509Certificate.ca` finds only CA:TRUE.
 *
 * With CA:TRUE the key usage does not count, because API Gateway does not document that it reads it.
 *
 * @param der a certificate that OpenSSL can read. If a part of it cannot be parsed here, the answer is true
 */
export async function canIssue(der: Buffer): Promise<boolean> {
  const certificate = await parse(der)
  if (certificate === undefined) return true
  const { version, extensions = [] } = certificate
  const [usages, constraints, types] = [EXTENSION.keyUsage, EXTENSION.basicConstraints, NETSCAPE_TYPE].map(
    (oid) => extensions.filter(({ extnID }) => extnID === oid),
  ) as [Extension[], Extension[], Extension[]]
  if (constraints.length > 0) return constraints.some(isAuthority)
  return version < VERSION_3 || usages.some(maySign) || types.some(maySign)
}

/** Versions are counted from 0 (RFC 5280 section 4.1.2.1). */
const VERSION_3 = 2

async function parse(der: Buffer): Promise<Certificate | undefined> {
  const { Certificate } = await import('pkijs')
  try {
    return Certificate.fromBER(der)
  } catch (error) {
    // pkijs has no class of its own for what it cannot parse.
    if (error instanceof Error) return undefined
    throw error
  }
}

function maySign(extension: Extension): boolean {
  const value = valueOf(extension) as Partial<BitString> | undefined
  const [first] = value?.valueBlock?.valueHexView ?? []
  return first === undefined || (first & MAY_SIGN) !== 0
}

function isAuthority(extension: Extension): boolean {
  const value = valueOf(extension) as Partial<BasicConstraints> | undefined
  return value === undefined || value.cA === true
}
