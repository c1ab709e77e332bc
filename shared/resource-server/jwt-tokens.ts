import type { JWTVerifyGetKey } from 'jose'
import { readCompactJws } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { type Expected, type ReadToken, trustedUrl } from './read-token.ts'

/** A JWK Set (RFC 7517 section 5). */
export interface Jwks {
  readonly keys: readonly object[]
}

export interface JwtOptions {
  /** The issuer's `jwks_uri`, or its keys. Fetched keys are kept for ten minutes, and fetched anew for an unknown `kid`. */
  readonly jwks: string | Jwks
  /** JWS algorithms that are accepted (RFC 8725 section 3.1). */
  readonly algorithms?: readonly string[]
}

/** Asymmetric ones, and none of them weak. A key with an `alg` is good for that one alone. */
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'EdDSA', 'Ed25519']
const SYMMETRIC_OR_NONE = /^(?:HS|none$)/i

/** RFC 9068 section 2.2: each of them is in every access token. `iss` and `aud` besides. */
const REQUIRED = ['exp', 'iat', 'sub', 'client_id', 'jti']

/**
 * JWT access tokens, verified without asking anybody (RFC 9068 section 4). What has been revoked meanwhile is not known
 * here: such a token lives until it expires.
 *
 * @throws TypeError for options that would accept too much
 */
export function jwtTokens({ jwks, algorithms = ALGORITHMS }: JwtOptions, expected: Expected): ReadToken {
  if (algorithms.some((name) => SYMMETRIC_OR_NONE.test(name))) {
    throw new TypeError('algorithms must be asymmetric: public keys are no secrets')
  }
  const source = typeof jwks === 'string' ? trustedUrl(jwks, 'jwks') : jwks
  let opened: Promise<JWTVerifyGetKey> | undefined

  return async (token) => {
    const jws = readCompactJws(token)
    const claims = jws && parseJsonObject(jws.payload)
    if (claims === undefined) return undefined
    const { errors, jwtVerify } = await import('jose')
    try {
      await jwtVerify(token, await (opened ??= openKeys(source)), {
        algorithms: [...algorithms],
        // In any case, with `application/` or without (RFC 9068 section 4): no ID token, no client assertion.
        typ: 'at+jwt',
        issuer: expected.issuer,
        audience: expected.audience,
        requiredClaims: REQUIRED,
      })
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
    return typeof claims['client_id'] === 'string' ? claims : undefined
  }
}

/** The keys, with every failure to get any told apart from a key that is not among them. */
async function openKeys(source: URL | Jwks): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet, errors } = await import('jose')
  const keys =
    source instanceof URL
      ? createRemoteJWKSet(source)
      : createLocalJWKSet({ keys: source.keys.map((key) => ({ ...key })) })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (error) {
      const notThere =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
      throw notThere ? error : new Error('the keys of the issuer cannot be had', { cause: error })
    }
  }
}
