import { hash } from 'node:crypto'

/** The SHA-256 of a whole token string or secret, base64url without padding, 43 characters. */
export type TokenDigest = string & { readonly __digest: true }

/** Tokens, secrets and families are stored only in this form. */
export function digest(text: string | Buffer): TokenDigest {
  return hash('sha256', text, 'base64url') as TokenDigest
}

/** A public name of a credential. It does not let anyone use the credential. */
export function credentialId({ digest: stored }: { readonly digest: string }): string {
  return digest(stored).slice(0, 16)
}
