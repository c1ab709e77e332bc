import { timingSafeEqual } from 'node:crypto'
import { isJsonObject } from '../json.ts'
import type { Presented } from './presented.ts'
import { isThumbprint, type Thumbprint } from './thumbprint.ts'

/** The binding in a stored grant. An unbound grant has `none`; a grant without this member is damaged, not unbound. */
export type Binding = 'none' | { readonly 'x5t#S256': Thumbprint }

export type Verdict = 'unbound' | 'holds' | 'missing' | 'unreadable' | 'differs' | 'damaged'

/**
 * Decides whether a certificate is the one that a token is bound to. Each caller maps the verdict to its own reason.
 *
 * A binding that cannot be proved here, such as a `cnf` with only `jkt`, is damaged: if it counted as unbound, a bound
 * token would become a bearer token (decision D11).
 *
 * @param binding as stored and not checked yet; members other than `x5t#S256` are ignored (RFC 7800 section 3.1)
 * @see RFC 8705 section 3; vectors binding.json
 */
export function judge(binding: unknown, presented: Presented): Verdict {
  const read = readBinding(binding)
  if (read === 'none') return 'unbound'
  if (read === 'damaged') return 'damaged'
  if (presented === 'absent') return 'missing'
  if ('malformed' in presented) return 'unreadable'
  return equal(presented.thumbprint, read['x5t#S256']) ? 'holds' : 'differs'
}

/** A damaged binding must not be taken for none: the token would pass without a certificate. */
export function readBinding(binding: unknown): Binding | 'damaged' {
  if (binding === 'none') return 'none'
  const bound = boundThumbprint(binding)
  return bound === undefined ? 'damaged' : { 'x5t#S256': bound }
}

/** @returns `undefined` for an unbound grant and for a binding that cannot be proved here */
export function boundThumbprint(binding: unknown): Thumbprint | undefined {
  if (!isJsonObject(binding)) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(binding, 'x5t#S256')?.value
  return isThumbprint(value) ? value : undefined
}

/** A thumbprint is public. Constant time only spares the reader the question whether timing matters here. */
function equal(a: Thumbprint, b: Thumbprint): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
