import type { AccessToken } from './protected-resource.ts'

const tokens = new WeakMap<object, AccessToken>()

/** Remembers by which token a request has passed. */
export function remember(request: object, token: AccessToken): void {
  tokens.set(request, token)
}

/**
 * The token by which this request has passed.
 * @throws Error when no check has let it pass: a route without its check must not answer
 */
export function tokenOf(request: object): AccessToken {
  const token = tokens.get(request)
  if (token === undefined) throw new Error('this request has passed no check of its token')
  return token
}
