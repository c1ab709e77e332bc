import { hash, timingSafeEqual } from 'node:crypto'

/** SHA-256 of a whole token string or secret, base64url without padding, 43 characters. */
export type TokenDigest = string & { readonly __digest: true }

/** SHA-256 of the whole string, or of a family's bytes. Only this is stored. */
export function digest(text: string | Buffer): TokenDigest {
  return hash('sha256', text, 'base64url') as TokenDigest
}

/** In constant time for two digests; a stored value of another length is no digest and never equal. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'utf16le'), Buffer.from(b, 'utf16le')]
  return left.length === right.length && timingSafeEqual(left, right)
}

/** A name of a credential by which nothing can be proved. */
export function credentialId({ digest: stored }: { readonly digest: string }): string {
  return digest(stored).slice(0, 16)
}
