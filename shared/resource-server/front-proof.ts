import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto'
import { BoundedMap } from '../bounded-map.ts'
import { isSameText } from '../constant-time.ts'
import { requireMembers } from './option-members.ts'
import { valuesOf } from './raw-headers.ts'
import type { ResourceRequest } from './resource-request.ts'

/** The proof that a request came from the front. Exactly one member must be present. */
export interface FrontProof {
  /**
   * The front presents a certificate of its own to this server. `issuers` has the certificates or public keys of the CAs that sign it, in
   * PEM, and `name` one of its DNS names or URIs, such as `spiffe://example.com/front`. Both stay the same when the certificate is renewed.
   * The server must request certificates, and its `ca` must have these CAs.
   */
  readonly mutualTls?: { readonly issuers: readonly string[]; readonly name: string }
  /**
   * The front adds a header, in place of any that the caller sent. `values` has one secret, or the old and the new one while it is
   * replaced. Each has at least 32 visible ASCII characters.
   */
  readonly secretHeader?: { readonly name: string; readonly values: readonly string[] }
  /** Nothing proves it: no one but the front can reach this server. The text is the reason why that is so. */
  readonly trustedNetwork?: string
}

/** Checks the proof of a request. @returns the fault, or `undefined` if the request came from the front */
export type CheckFront = (request: ResourceRequest) => string | undefined

/**
 * @param allowed the proofs that this front can give
 * @throws TypeError unless there is exactly one of them, and it is complete
 */
export function frontProof(proof: FrontProof, allowed: readonly (keyof FrontProof)[]): CheckFront {
  const { mutualTls, secretHeader, trustedNetwork } = proof
  const [kind, more] = Object.keys(proof)
  if (kind === undefined || more !== undefined || !allowed.some((name) => name === kind))
    throw new TypeError(`edge.proof must have exactly one of ${allowed.join(', ')}`)
  if (mutualTls !== undefined) return mutualTlsCheck(mutualTls)
  if (secretHeader !== undefined) return onPlainConnection(secretCheck(secretHeader))
  if (typeof trustedNetwork !== 'string' || trustedNetwork.trim() === '')
    throw new TypeError(
      'edge.proof.trustedNetwork must be the reason why only the front can reach this server',
    )
  return onPlainConnection(() => undefined)
}

function mutualTlsCheck(given: NonNullable<FrontProof['mutualTls']>): CheckFront {
  requireMembers('edge.proof.mutualTls', given, { issuers: 'texts', name: 'text' })
  const { issuers, name } = given
  const keys = issuers.map(publicKeyOf)
  if (keys.length === 0) throw new TypeError('edge.proof.mutualTls.issuers must have an entry')
  // A front uses few certificates, and its connections last.
  const known = new BoundedMap<string, boolean>(16)
  return ({ certificate }) => {
    if (typeof certificate !== 'string') return 'the front presented no certificate that this server trusts'
    const isFront = known.get(certificate) ?? isIssuedTo(new X509Certificate(certificate), keys, name)
    known.set(certificate, isFront)
    return isFront ? undefined : 'the certificate of the connection is not that of the front'
  }
}

/** The key of a CA, from its certificate or from the key itself. */
function publicKeyOf(pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new TypeError('edge.proof.mutualTls.issuers must be certificates or public keys in PEM', { cause })
  }
}

/** Node escapes commas within a name, so that a comma ends it. */
function isIssuedTo(leaf: X509Certificate, keys: readonly KeyObject[], name: string): boolean {
  const names = leaf.subjectAltName?.split(', ') ?? []
  return (
    keys.some((key) => leaf.verify(key)) &&
    [`DNS:${name}`, `URI:${name}`].some((each) => names.includes(each))
  )
}

function secretCheck(given: NonNullable<FrontProof['secretHeader']>): CheckFront {
  requireMembers('edge.proof.secretHeader', given, { name: 'text', values: 'texts' })
  const { name, values } = given
  if (!/^[A-Za-z0-9-]+$/.test(name)) throw new TypeError('edge.proof.secretHeader.name must be a header name')
  if (values.length < 1 || values.length > 2 || !values.every((value) => /^[\x21-\x7e]{32,}$/.test(value)))
    throw new TypeError(
      'edge.proof.secretHeader.values must be one or two secrets of at least 32 visible ASCII characters',
    )
  return ({ rawHeaders }) => {
    const [sent, ...more] = valuesOf(rawHeaders, name.toLowerCase())
    if (sent === undefined) return `there is no ${name}`
    if (more.length > 0) return `${name} is repeated`
    return values.filter((value) => isSameText(value, sent)).length > 0 ? undefined : `${name} is wrong`
  }
}

/** A certificate that the front did not present would be a second source beside its header. */
function onPlainConnection(check: CheckFront): CheckFront {
  return (request) =>
    request.certificate === undefined ? check(request) : 'the connection has a certificate of its own'
}
