import type { JWTVerifyGetKey } from 'jose'
import { SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { readCompactJws } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { type ExpectedClaims, type ReadToken, trustedUrl } from './read-token.ts'

/** A JWK Set (RFC 7517 section 5). */
export interface Jwks {
  readonly keys: readonly object[]
}

export interface JwtOptions {
  /**
   * The issuer's `jwks_uri`, or its keys. Fetched keys are kept for ten minutes. An unknown `kid` fetches them again, at the
   * earliest 30 seconds after the last fetch.
   */
  readonly jwks: string | Jwks
  /** The accepted JWS algorithms (RFC 8725 section 3.1). Default: those that certbound signs with. */
  readonly algorithms?: readonly string[]
}

const SYMMETRIC_OR_NONE = /^(?:HS|none$)/i

/** Every access token has these claims, besides `iss` and `aud` (RFC 9068 section 2.2). */
const REQUIRED = ['exp', 'iat', 'sub', 'client_id', 'jti']

/**
 * Reads JWT access tokens, verified offline (RFC 9068 section 4). It cannot see that a token has been revoked: such a token
 * is accepted until it expires.
 *
 * @throws TypeError for options that would accept too much
 */
export function jwtTokens(
  { jwks, algorithms = SIGNING_ALGORITHMS }: JwtOptions,
  expected: ExpectedClaims,
  currentDate: () => Date,
): ReadToken {
  if (algorithms.some((name) => SYMMETRIC_OR_NONE.test(name))) {
    throw new TypeError('algorithms must all be asymmetric')
  }
  const source = typeof jwks === 'string' ? trustedUrl(jwks, 'jwks') : jwks
  let opened: Promise<JWTVerifyGetKey> | undefined

  return async (token) => {
    const jws = readCompactJws(token)
    const claims = jws && parseJsonObject(jws.payload)
    if (claims === undefined) return undefined
    const { errors, jwtVerify } = await import('jose')
    try {
      await jwtVerify(token, await (opened ??= openJwks(source)), {
        algorithms: [...algorithms],
        // Refuses ID tokens and client assertions. jose ignores case and the prefix `application/` (RFC 9068 section 4).
        typ: 'at+jwt',
        issuer: expected.issuer,
        audience: expected.audience,
        requiredClaims: REQUIRED,
        currentDate: currentDate(),
      })
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
    return typeof claims['client_id'] === 'string' ? claims : undefined
  }
}

/** The returned function throws a JOSEError if the set does not have the token's key, and an Error if there is no set. */
async function openJwks(source: URL | Jwks): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet, errors } = await import('jose')
  const keys =
    source instanceof URL
      ? createRemoteJWKSet(source)
      : createLocalJWKSet({ keys: source.keys.map((key) => ({ ...key })) })
  return async (header, token) => {
    try {
      return await keys(header, token)
    } catch (error) {
      const noSingleMatch =
        error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
      throw noSingleMatch ? error : new Error('cannot get the keys of the issuer', { cause: error })
    }
  }
}
