import { isSameText } from '../constant-time.ts'
import { isJsonObject } from '../json.ts'
import type { PresentedCertificate, ReadCertificate } from './presented.ts'
import { isKeyThumbprint, isThumbprint, type KeyThumbprint, type Thumbprint } from './thumbprint.ts'

/**
 * The binding in a stored grant: to a certificate (RFC 8705) or to a key of the client (RFC 9449), never to both. An unbound grant
 * has `none`; a grant without this member is damaged, not unbound.
 */
export type Binding = 'none' | { readonly 'x5t#S256': Thumbprint } | { readonly jkt: KeyThumbprint }

/** The evidence of possession that came with a token. */
export interface Possession {
  readonly certificate: PresentedCertificate
  /** The key of the DPoP proof that came with the token. The proof has been verified. It is `undefined` if no proof came. */
  readonly proofKey: KeyThumbprint | undefined
}

/** Evidence whose certificate may be known only by its thumbprint, which is all that `judge` compares. */
interface PossessionByThumbprint extends Pick<Possession, 'proofKey'> {
  readonly certificate: PresentedCertificate | Pick<ReadCertificate, 'thumbprint'>
}

/** The result of `judge`. */
export type Verdict =
  | 'unbound'
  | 'holds'
  /** No certificate came, or it cannot be read, or it is another one. */
  | 'missing'
  | 'unreadable'
  | 'differs'
  /** No proof came, or it is a proof of another key. */
  | 'missing-proof'
  | 'key-differs'
  /** A proof came with a token that is not bound to a key, so the scheme `DPoP` is wrong for this token. */
  | 'needless-proof'
  | 'damaged'

/**
 * Decides whether the presenter of a token holds the certificate or the key that the token is bound to. Each caller maps the verdict
 * to its own reason.
 *
 * A binding that cannot be verified here counts as damaged. If it counted as unbound, a bound token would become a bearer token
 * (decision D11).
 *
 * Thumbprints are public. The comparison takes constant time only to spare the reader the question whether timing matters here.
 *
 * @param binding the stored value, which is not checked yet; unknown members are ignored (RFC 7800 section 3.1)
 * @see RFC 8705 section 3, RFC 9449 sections 6 and 7; vectors binding.json
 */
export function judge(binding: unknown, { certificate, proofKey }: PossessionByThumbprint): Verdict {
  const read = readBinding(binding)
  if (read === 'damaged') return 'damaged'
  if (read !== 'none' && 'jkt' in read) {
    if (proofKey === undefined) return 'missing-proof'
    return isSameText(proofKey, read.jkt) ? 'holds' : 'key-differs'
  }
  if (proofKey !== undefined) return 'needless-proof'
  if (read === 'none') return 'unbound'
  if (certificate === 'absent') return 'missing'
  if ('malformed' in certificate) return 'unreadable'
  return isSameText(certificate.thumbprint, read['x5t#S256']) ? 'holds' : 'differs'
}

/** Parses a stored binding. A damaged binding must not be read as `none`: the token would pass without a proof of possession. */
export function readBinding(binding: unknown): Binding | 'damaged' {
  if (binding === 'none') return 'none'
  if (!isJsonObject(binding)) return 'damaged'
  const [x5t, jkt] = [ownMember(binding, 'x5t#S256'), ownMember(binding, 'jkt')]
  if (isThumbprint(x5t) && jkt === undefined) return { 'x5t#S256': x5t }
  return isKeyThumbprint(jkt) && x5t === undefined ? { jkt } : 'damaged'
}

function ownMember(binding: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(binding, name)?.value
}

/** The thumbprint of the certificate that a token is bound to. @returns `undefined` for every other binding */
export function boundThumbprint(binding: unknown): Thumbprint | undefined {
  const read = readBinding(binding)
  return read === 'none' || read === 'damaged' || !('x5t#S256' in read) ? undefined : read['x5t#S256']
}

/** The thumbprint of the key that a token is bound to. @returns `undefined` for every other binding */
export function boundKey(binding: unknown): KeyThumbprint | undefined {
  const read = readBinding(binding)
  return read === 'none' || read === 'damaged' || !('jkt' in read) ? undefined : read.jkt
}
