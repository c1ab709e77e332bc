import type { SecureContextOptions } from 'node:tls'
import { readCompactJws } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import type { ExpectedClaims, ReadToken } from './access-token.ts'
import { type IntrospectionOptions, introspectedTokens } from './introspected-tokens.ts'
import { issuerKeys, type Jwks, type MetadataName } from './issuer-keys.ts'
import { jwsAlgorithms, jwtTokens } from './jwt-tokens.ts'
import type { Members } from './option-members.ts'
import { RequestRefusal } from './request-refusal.ts'
import { type ProfileOptions, tokenProfile } from './token-profile.ts'

type KeyOptions =
  | {
      /**
       * The issuer's `jwks_uri`, or its keys, which must not change later. Fetched keys are kept for ten minutes. For an unknown `kid` they are fetched again, at the
       * earliest 30 seconds after the last fetch.
       */
      readonly jwks: string | Jwks
      readonly metadata?: never
    }
  | {
      /** The metadata that name the `jwks_uri`: those of RFC 8414 or those of OpenID Connect Discovery. */
      readonly metadata: MetadataName
      readonly jwks?: never
    }

/** An issuer whose JWTs are verified offline. */
type OfflineOptions = KeyOptions &
  ProfileOptions & {
    /** The accepted JWS algorithms (RFC 8725 section 3.1). The default is all that certbound signs with. */
    readonly algorithms?: readonly string[]
    readonly introspection?: never
  }

/** An issuer that introspects its tokens, of either format. */
interface OnlineOptions {
  readonly introspection: IntrospectionOptions
  readonly jwks?: never
  readonly metadata?: never
  readonly profile?: never
  readonly claims?: never
  readonly scopelessTokens?: never
  readonly algorithms?: never
}

/** An issuer, and how its tokens are checked. */
export type IssuerOptions = ExpectedClaims & (OfflineOptions | OnlineOptions)

/** A missing issuer or audience would equal a missing claim. */
export const ISSUER_MEMBERS: Members<keyof OfflineOptions | keyof OnlineOptions | keyof ExpectedClaims> = {
  issuer: 'text',
  audience: 'text',
  jwks: 'keys?',
  metadata: 'text?',
  introspection: 'object?',
  profile: 'text?',
  claims: 'object?',
  scopelessTokens: 'switch?',
  algorithms: 'texts?',
}

/**
 * Reads the tokens of one or more issuers.
 *
 * @throws TypeError for options that cannot work or would accept too much
 */
export function tokensOf(
  issuers: readonly IssuerOptions[],
  ca: SecureContextOptions['ca'],
  currentDate: () => Date,
): ReadToken {
  const readers = issuers.map((options) => readerOf(options, ca, currentDate))
  const [first, second] = readers
  if (first === undefined) throw new TypeError('issuers must have an entry')
  return second === undefined ? first : byIssuer(issuers, readers)
}

function readerOf(
  options: IssuerOptions,
  ca: SecureContextOptions['ca'],
  currentDate: () => Date,
): ReadToken {
  const given: Readonly<Record<string, unknown>> = { ...options }
  if (['jwks', 'metadata', 'introspection'].filter((way) => given[way] !== undefined).length !== 1)
    throw new TypeError('options must have exactly one of jwks, metadata and introspection')
  if (options.introspection !== undefined) {
    if (['profile', 'claims', 'scopelessTokens', 'algorithms'].some((name) => given[name] !== undefined))
      throw new TypeError(
        'profile, claims, scopelessTokens and algorithms are for tokens that are verified offline',
      )
    return introspectedTokens(options.introspection, options, ca, currentDate)
  }
  const keys = issuerKeys(options.jwks ?? options, ca, currentDate)
  const rules = {
    algorithms: jwsAlgorithms(options.algorithms),
    profile: tokenProfile(options),
    expected: options,
  }
  return jwtTokens(keys, rules, currentDate)
}

/**
 * Chooses the issuer of a JWT by its `iss`, and only the keys of this issuer verify it: issuers may use the same `kid`. An opaque token is
 * one of the only issuer that introspects.
 */
function byIssuer(issuers: readonly IssuerOptions[], readers: readonly ReadToken[]): ReadToken {
  const named = new Map<unknown, ReadToken | undefined>(issuers.map(({ issuer }, i) => [issuer, readers[i]]))
  if (named.size < issuers.length) throw new TypeError('issuers must be different from each other')
  const introspecting = readers.filter((_reader, i) => issuers[i]?.introspection !== undefined)
  const [opaque] = introspecting.length === 1 ? introspecting : []
  const expected = [...named.keys()].join(' ')

  return async (text) => {
    const jws = readCompactJws(text)
    const claims = jws && parseJsonObject(jws.payload)
    if (claims !== undefined) {
      const reader = named.get(claims['iss'])
      // The `iss` that was sent is not confirmed, so the details do not have it.
      if (reader === undefined) throw new RequestRefusal('issuer-wrong', { expected })
      return reader(text)
    }
    if (opaque === undefined)
      throw new RequestRefusal(text.includes('.') ? 'token-malformed' : 'token-opaque')
    return opaque(text)
  }
}
