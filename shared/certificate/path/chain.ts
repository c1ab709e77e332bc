import { X509Certificate, hash } from 'node:crypto'
import type { Certificate } from 'pkijs'
import { BoundedMap } from '../../bounded-map.ts'
import { issuedBy } from '../issuer.ts'
import { isWellConstrained } from './path-constraints.ts'
import { type Der, MalformedCertificate, readCertificate } from '../pem.ts'
import { isWeakKey, keyStrength } from '../public-key.ts'
import { thumbprint } from '../thumbprint.ts'

/** `no-path`: nothing leads from the certificate to a root. `path-invalid`: what leads there breaks a rule of RFC 5280. */
export type ChainFault = 'no-path' | 'path-invalid'

/** Only paths that hold. Their dates are judged at every request. */
const REMEMBERED_PATHS = 1_000
const remembered = new BoundedMap<string, { readonly from: number; readonly until: number }>(REMEMBERED_PATHS)

/**
 * Validates the path from a client certificate to a root (RFC 5280 section 6), by the chain engine of pkijs and, where
 * that stays silent, by `isWellConstrained`. No revocation lists are read. A path that holds is remembered by the
 * thumbprints of everything that was there to build it from.
 *
 * @param trusted the self-signed ones are the roots, the others complete paths
 * @param sent by the client, in whatever order, and trusted for nothing
 * @param now seconds since 1970
 * @returns `undefined` when there is a valid path
 * @throws MalformedCertificate when one that is needed cannot be parsed
 */
export async function chainFault(
  leaf: Der,
  trusted: readonly Der[],
  sent: readonly Der[],
  now: number,
): Promise<ChainFault | undefined> {
  const key = cacheKey(leaf, trusted, sent)
  const known = remembered.get(key)
  if (known !== undefined && known.from <= now && now <= known.until) return undefined

  const roots = authorities(trusted, now).filter((der) => issuedBy(der, der))
  const others = authorities([...trusted, ...sent], now).filter((der) => !issuedBy(der, der))
  if (roots.length === 0) return 'no-path'
  const path = await readPath(leaf, roots, others, now)
  if (typeof path === 'string') return path

  remembered.set(key, {
    from: Math.max(...path.map(({ notBefore }) => notBefore.value.getTime() / 1000)),
    until: Math.min(...path.map(({ notAfter }) => notAfter.value.getTime() / 1000)),
  })
  return undefined
}

function cacheKey(leaf: Der, trusted: readonly Der[], sent: readonly Der[]): string {
  const names = [[leaf], trusted, sent].map((certificates) => certificates.map(thumbprint).join(' '))
  return hash('sha256', names.join('\n'), 'base64url')
}

/** Those that may issue certificates now, each once. What OpenSSL does not read vouches for nobody. */
function authorities(certificates: readonly Der[], now: number): Der[] {
  const distinct = new Map(certificates.map((der) => [thumbprint(der), der]))
  return [...distinct.values()].filter((der) => {
    const authority = authorityIn(der)
    if (authority === undefined) return false
    return authority.validFromDate.getTime() <= now * 1000 && now * 1000 <= authority.validToDate.getTime()
  })
}

/**
 * Reads the certificate of an authority, for registration: what this refuses would never be part of a path.
 *
 * @throws MalformedCertificate
 */
export function readAuthority(text: string): Der {
  const der = readCertificate(text)
  if (der === undefined) throw new MalformedCertificate('empty')
  if (authorityIn(der) === undefined) throw new MalformedCertificate('not-a-certificate')
  return der
}

/** `ca` is basic constraints and key usage. */
function authorityIn(der: Der): X509Certificate | undefined {
  try {
    const x509 = new X509Certificate(der)
    return x509.ca && !isWeakKey(keyStrength(x509.publicKey)) ? x509 : undefined
  } catch (error) {
    // With a code it is OpenSSL's.
    if (error instanceof Error && 'code' in error) return undefined
    throw error
  }
}

/** Whatever is thrown over certificates that a client has sent, it is they that are malformed. */
async function readPath(...parameters: Parameters<typeof validPath>): ReturnType<typeof validPath> {
  try {
    return await validPath(...parameters)
  } catch (cause) {
    throw new MalformedCertificate('not-a-certificate', { cause })
  }
}

async function validPath(
  leaf: Der,
  roots: readonly Der[],
  others: readonly Der[],
  now: number,
): Promise<readonly Certificate[] | ChainFault> {
  const { Certificate, CertificateChainValidationEngine } = await import('pkijs')
  const bytes = new Map<Certificate, Der>()
  const parse = (der: Der): Certificate => {
    const certificate = Certificate.fromBER(der)
    bytes.set(certificate, der)
    return certificate
  }
  const [end, trustedCerts, between] = [parse(leaf), roots.map(parse), others.map(parse)]
  const issuers = [...trustedCerts, ...between].map(
    (certificate) => [certificate, bytes.get(certificate)] as const,
  )
  const expanded = new Set<Certificate>()

  // The engine gives up at a dead end and never leaves a loop. An issuer of itself ends a path, which is then untrusted.
  const findIssuer = (certificate: Certificate): Promise<Certificate[]> => {
    const der = bytes.get(certificate)
    const found = expanded.has(certificate)
      ? []
      : issuers.flatMap(([issuer, other]) => (der && other && issuedBy(der, other) ? [issuer] : []))
    expanded.add(certificate)
    return Promise.resolve(found.length === 0 ? [certificate] : found)
  }
  const checkDate = new Date(now * 1000)
  const engine = new CertificateChainValidationEngine({
    trustedCerts,
    certs: [...between, end],
    checkDate,
    findIssuer,
  })
  const { result, resultCode, certificatePath: path = [] } = await engine.verify()
  if (!result) return NO_PATH.has(resultCode) ? 'no-path' : 'path-invalid'
  // Of two certificates that differ in their signatures alone the engine drops one, and may begin with a third.
  if (path[0] !== end || !trustedCerts.includes(path.at(-1) as Certificate)) return 'no-path'
  const members = path.flatMap((certificate) => {
    const der = bytes.get(certificate)
    return der === undefined ? [] : [{ certificate, der }]
  })
  return members.length === path.length && (await isWellConstrained(members)) ? path : 'path-invalid'
}

/** What the engine calls a path that it cannot find, or that ends at no root. */
const NO_PATH: ReadonlySet<number> = new Set([60, 97])
