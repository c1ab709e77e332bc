import { covers, parseScope } from '../request/scope.ts'
import type { AccessToken } from './access-token.ts'
import { type Members, requireMembers } from './option-members.ts'
import { RequestRefusal } from './request-refusal.ts'

/** The rules of a route for its tokens. */
export interface RouteRules {
  /** The scopes that the token must have, all of them. If absent or an empty list, every valid token of this resource passes. */
  readonly scopes?: readonly string[]
  /** The end-user must have authenticated by one of these classes (the claim `acr`, RFC 9470 section 3). */
  readonly acrValues?: readonly string[]
  /** The greatest number of seconds since the end-user has authenticated (the claim `auth_time`). */
  readonly maxAge?: number
}

const MEMBERS: Members<keyof RouteRules> = { scopes: 'texts?', acrValues: 'texts?', maxAge: 'count?' }

/** @throws TypeError for rules that are misspelt, and for scopes and classes that no challenge can name (RFC 6749 section 3.3) */
export function routeRules(
  given: readonly string[] | RouteRules,
): RouteRules & { readonly scopes: readonly string[] } {
  const rules: RouteRules = isList(given) ? { scopes: given } : given
  if (typeof rules !== 'object')
    throw new TypeError(
      "a route needs a list of scopes, such as ['accounts:read'], or an object, such as { scopes: ['accounts:read'], maxAge: 300 }",
    )
  requireMembers('rules', rules, MEMBERS)
  const { scopes = [], acrValues, maxAge } = rules
  if (!areTokens(scopes)) throw new TypeError('scopes must be scope tokens of RFC 6749 section 3.3')
  if (acrValues !== undefined && (acrValues.length === 0 || !areTokens(acrValues)))
    throw new TypeError('acrValues must be texts without spaces and quotation marks')
  return { scopes, ...(acrValues && { acrValues }), ...(maxAge !== undefined && { maxAge }) }
}

const isList = (given: readonly string[] | RouteRules): given is readonly string[] => Array.isArray(given)

function areTokens(texts: readonly string[]): boolean {
  return (
    texts.length === 0 ||
    (texts.every((text) => !text.includes(' ')) && parseScope(texts.join(' ')) !== 'malformed')
  )
}

/**
 * @param now seconds
 * @throws RequestRefusal scope-insufficient, authentication-insufficient
 */
export function requireRules(
  { clientId, claims, ...token }: AccessToken,
  rules: ReturnType<typeof routeRules>,
  now: number,
): void {
  if (!covers(token.scopes, rules.scopes)) {
    const [expected, actual] = [rules.scopes, token.scopes].map((list) => list.join(' '))
    throw new RequestRefusal('scope-insufficient', { clientId, expected, actual })
  }
  const { acrValues, maxAge } = rules
  const { acr, auth_time: authTime } = claims
  if (acrValues?.some((value) => value === acr) === false)
    throw new RequestRefusal('authentication-insufficient', {
      clientId,
      expected: acrValues.join(' '),
      actual: acr,
    })
  if (maxAge !== undefined && !(typeof authTime === 'number' && now - authTime <= maxAge))
    throw new RequestRefusal('authentication-insufficient', {
      clientId,
      expected: `auth_time of the last ${maxAge} seconds`,
      actual: authTime,
    })
}

/**
 * The function that decides about the requests of a route.
 *
 * @param given the arguments of an adapter: the scopes one by one, or a list or an object as the only argument
 * @throws TypeError for another resource than the result of `protectedResource`, and for rules that cannot work
 */
export function routeCheck<Check>(
  resource: (rules: readonly string[] | RouteRules) => Check,
  given: readonly string[] | readonly [RouteRules],
): Check {
  requireMembers('requireToken', { resource }, { resource: 'resource' })
  const [first] = given
  return resource(given.length === 1 && typeof first === 'object' ? first : (given as readonly string[]))
}
