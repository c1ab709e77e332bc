import { timingSafeEqual } from 'node:crypto'
import { isJsonObject } from '../json.ts'
import type { Presented } from './presented.ts'
import { isThumbprint, type Thumbprint } from './thumbprint.ts'

/** What a stored grant says of its binding. An unbound grant says so: silence is damage, not freedom. */
export type Binding = 'none' | { readonly 'x5t#S256': Thumbprint }

export type Verdict = 'unbound' | 'holds' | 'missing' | 'unreadable' | 'differs' | 'damaged'

/**
 * Decides whether a certificate is the one that a token is bound to. Who asks decides what a verdict means.
 *
 * A binding that cannot be proved here, such as a `cnf` with `jkt` alone, is damaged: to call it unbound would turn a
 * bound token into a bearer token (decision D11).
 *
 * @param binding as stored, not trusted to be a `Binding`; members beside `x5t#S256` are ignored (RFC 7800 §3.1)
 * @see RFC 8705 §3; vectors binding.json
 */
export function judge(binding: unknown, presented: Presented): Verdict {
  if (binding === 'none') return 'unbound'
  const bound = boundThumbprint(binding)
  if (bound === undefined) return 'damaged'
  if (presented === 'absent') return 'missing'
  if ('malformed' in presented) return 'unreadable'
  return equal(presented.thumbprint, bound) ? 'holds' : 'differs'
}

/** The thumbprint in a stored binding. `undefined`: none, or one that cannot be proved here. */
export function boundThumbprint(binding: unknown): Thumbprint | undefined {
  if (!isJsonObject(binding)) return undefined
  const value: unknown = Object.getOwnPropertyDescriptor(binding, 'x5t#S256')?.value
  return isThumbprint(value) ? value : undefined
}

/** A thumbprint is public; constant time only saves every reader from asking whether it matters here. */
function equal(a: Thumbprint, b: Thumbprint): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
