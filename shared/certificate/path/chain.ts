import { hash } from 'node:crypto'
import type { Certificate } from 'pkijs'
import { BoundedMap } from '../../bounded-map.ts'
import { isIssuedBy } from '../issuer.ts'
import { authorityIn } from './authority.ts'
import { isWellConstrained } from './path-constraints.ts'
import { type Der, MalformedCertificate } from '../pem.ts'
import { thumbprint } from '../thumbprint.ts'

/** `no-path`: the certificates do not lead to a root. `path-invalid`: the path breaks a rule of RFC 5280. */
export type ChainFault = 'no-path' | 'path-invalid'

/** Only valid paths are cached. Their dates are checked for each request. */
const REMEMBERED_PATHS = 1_000
const cache = new BoundedMap<string, { readonly from: number; readonly until: number }>(REMEMBERED_PATHS)

/**
 * Validates the path from a client certificate to a root (RFC 5280 section 6) with the chain engine of pkijs, and with
 * `isWellConstrained` for the rules that the engine does not check. Revocation lists are not read. A valid path is cached
 * under the thumbprints of all certificates that were available to build it.
 *
 * @param trusted self-signed certificates are roots, others may be part of a path
 * @param sent the certificates that the client sent, in any order; none of them is trusted
 * @param now seconds since 1970
 * @returns `undefined` if there is a valid path
 * @throws MalformedCertificate if a certificate that is needed cannot be parsed
 */
export async function chainFault(
  leaf: Der,
  trusted: readonly Der[],
  sent: readonly Der[],
  now: number,
): Promise<ChainFault | undefined> {
  const key = cacheKey(leaf, trusted, sent)
  const known = cache.get(key)
  if (known !== undefined && known.from <= now && now <= known.until) return undefined

  const roots = authorities(trusted, now).filter((der) => isIssuedBy(der, der))
  const others = authorities([...trusted, ...sent], now).filter((der) => !isIssuedBy(der, der))
  if (roots.length === 0) return 'no-path'
  const path = await readPath(leaf, roots, others, now)
  if (typeof path === 'string') return path

  cache.set(key, {
    from: Math.max(...path.map(({ notBefore }) => notBefore.value.getTime() / 1000)),
    until: Math.min(...path.map(({ notAfter }) => notAfter.value.getTime() / 1000)),
  })
  return undefined
}

function cacheKey(leaf: Der, trusted: readonly Der[], sent: readonly Der[]): string {
  const names = [[leaf], trusted, sent].map((certificates) => certificates.map(thumbprint).join(' '))
  return hash('sha256', names.join('\n'), 'base64url')
}

/** The certificates that may issue others at this moment, without duplicates. A certificate that OpenSSL cannot read may not. */
function authorities(certificates: readonly Der[], now: number): Der[] {
  const distinct = new Map(certificates.map((der) => [thumbprint(der), der]))
  return [...distinct.values()].filter((der) => {
    const authority = authorityIn(der)
    if (authority === undefined) return false
    return authority.validFromDate.getTime() <= now * 1000 && now * 1000 <= authority.validToDate.getTime()
  })
}

/** The client has sent these certificates, so any error means that one of them is malformed. */
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
  const engine = new CertificateChainValidationEngine({
    trustedCerts,
    certs: [...between, end],
    checkDate: new Date(now * 1000),
    findIssuer: issuerFinder([...trustedCerts, ...between], bytes),
  })
  const { result, resultCode, certificatePath: path = [] } = await engine.verify()
  if (!result) return NO_PATH.has(resultCode) ? 'no-path' : 'path-invalid'
  // If two certificates differ only in their signatures, the engine drops one and may begin with another certificate.
  if (path[0] !== end || !trustedCerts.includes(path.at(-1) as Certificate)) return 'no-path'
  const members = path.flatMap((certificate) => {
    const der = bytes.get(certificate)
    return der === undefined ? [] : [{ certificate, der }]
  })
  return members.length === path.length && (await isWellConstrained(members)) ? path : 'path-invalid'
}

/**
 * The engine gives up at a dead end and never leaves a loop. Therefore a certificate without an issuer, or with issuers that were
 * found before, counts as its own issuer. That ends the path, which is then not trusted.
 */
function issuerFinder(candidates: readonly Certificate[], bytes: ReadonlyMap<Certificate, Der>) {
  const expanded = new Set<Certificate>()
  return (certificate: Certificate): Promise<Certificate[]> => {
    const der = bytes.get(certificate)
    const issuers = candidates.filter((candidate) => {
      const issuer = bytes.get(candidate)
      return !expanded.has(certificate) && der && issuer && isIssuedBy(der, issuer)
    })
    expanded.add(certificate)
    return Promise.resolve(issuers.length === 0 ? [certificate] : issuers)
  }
}

/** The engine's codes for a path that it cannot find, and for a path that does not end at a root. */
const NO_PATH: ReadonlySet<number> = new Set([60, 97])
