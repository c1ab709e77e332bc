import { isSameText } from '../constant-time.ts'
import { isJsonObject } from '../json.ts'
import type { Presented } from './presented.ts'
import { isKeyThumbprint, isThumbprint, type KeyThumbprint, type Thumbprint } from './thumbprint.ts'

/**
 * The binding in a stored grant: to a certificate (RFC 8705) or to a key of the client (RFC 9449), never to both. An unbound grant
 * has `none`; a grant without this member is damaged, not unbound.
 */
export type Binding = 'none' | { readonly 'x5t#S256': Thumbprint } | { readonly jkt: KeyThumbprint }

/** What came with a token. */
export interface Possession {
  readonly certificate: Presented
  /** The key of the DPoP proof that came with the token, if one did. The proof has been verified. */
  readonly proofKey: KeyThumbprint | undefined
}

export type Verdict =
  | 'unbound'
  | 'holds'
  /** No certificate came, or none that can be read, or another one. */
  | 'missing'
  | 'unreadable'
  | 'differs'
  /** No proof came, or one of another key. */
  | 'missing-proof'
  | 'key-differs'
  /** A proof came with a token that is not bound to a key: it was sent by the scheme `DPoP` and is no such token. */
  | 'needless-proof'
  | 'damaged'

/**
 * Decides whether the holder of a token is the one that it is bound to. Each caller maps the verdict to its own reason.
 *
 * A binding that cannot be proved here is damaged: if it counted as unbound, a bound token would become a bearer token (decision
 * D11).
 *
 * A thumbprint is public. Constant time only spares the reader the question whether timing matters here.
 *
 * @param binding as stored and not checked yet; unknown members are ignored (RFC 7800 section 3.1)
 * @see RFC 8705 section 3, RFC 9449 sections 6 and 7; vectors binding.json
 */
export function judge(binding: unknown, { certificate, proofKey }: Possession): Verdict {
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

/** A damaged binding must not be taken for none: the token would pass without a proof of possession. */
export function readBinding(binding: unknown): Binding | 'damaged' {
  if (binding === 'none') return 'none'
  if (!isJsonObject(binding)) return 'damaged'
  const [x5t, jkt] = [own(binding, 'x5t#S256'), own(binding, 'jkt')]
  if (isThumbprint(x5t) && jkt === undefined) return { 'x5t#S256': x5t }
  return isKeyThumbprint(jkt) && x5t === undefined ? { jkt } : 'damaged'
}

function own(binding: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(binding, name)?.value
}

/** The thumbprint of the certificate. @returns `undefined` for every other binding */
export function boundThumbprint(binding: unknown): Thumbprint | undefined {
  const read = readBinding(binding)
  return read === 'none' || read === 'damaged' || !('x5t#S256' in read) ? undefined : read['x5t#S256']
}

/** The thumbprint of the key. @returns `undefined` for every other binding */
export function boundKey(binding: unknown): KeyThumbprint | undefined {
  const read = readBinding(binding)
  return read === 'none' || read === 'damaged' || !('jkt' in read) ? undefined : read.jkt
}
