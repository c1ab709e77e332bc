import type { AccessToken } from './protected-resource.ts'

const tokens = new WeakMap<object, AccessToken>()

/** Records the token of a request that passed its check. */
export function rememberToken(request: object, token: AccessToken): void {
  tokens.set(request, token)
}

/**
 * The access token of a request that passed its check.
 *
 * @throws Error if the request did not pass a check, because a route without a check must not answer
 */
export function tokenOf(request: object): AccessToken {
  const token = tokens.get(request)
  if (token === undefined) {
    throw new Error('this request did not pass requireToken: add requireToken to its route')
  }
  return token
}
