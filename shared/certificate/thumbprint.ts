import { hash } from 'node:crypto'
import type { Der } from './pem.ts'

declare const thumbprintBrand: unique symbol

/** An `x5t#S256` value: the thumbprint of a certificate. Only `judge` compares a binding with a presented certificate. */
export type Thumbprint = string & { readonly [thumbprintBrand]: true }

declare const keyThumbprintBrand: unique symbol

/** A `jkt` value: the thumbprint of a public key (RFC 7638 with SHA-256). It has the shape of a `Thumbprint` but is never compared with one. */
export type KeyThumbprint = string & { readonly [keyThumbprintBrand]: true }

/**
 * The `x5t#S256` confirmation value of a certificate.
 *
 * @param der one X.509 certificate exactly as received; re-encoding would change the value
 * @returns SHA-256 of `der`, base64url without padding, 43 characters
 * @see RFC 8705 section 3.1; vector RFC 8705 Appendix A
 */
export function thumbprint(der: Der): Thumbprint {
  return hash('sha256', der, 'base64url') as Thumbprint
}

/** Checks the shape only: 43 characters of the base64url alphabet, without decoding or trimming (decision D8). */
export function isThumbprint(value: unknown): value is Thumbprint {
  return hasShape(value)
}

/** Checks the shape only: 43 characters of the base64url alphabet. */
export function isKeyThumbprint(value: unknown): value is KeyThumbprint {
  return hasShape(value)
}

function hasShape(value: unknown): boolean {
  return typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value)
}
