import type { errors as JoseErrors, JWTVerifyGetKey } from 'jose'
import type { SecureContextOptions } from 'node:tls'
import { SIGNING_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { readCompactJws } from '../request/compact-jws.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { issuerRequest } from './issuer-request.ts'
import {
  type ExpectedClaims,
  type ReadToken,
  requireExpectedClaims,
  type TokenClaims,
  trustedUrl,
} from './read-token.ts'
import { type RefusalReason, RequestRefusal } from './request-refusal.ts'

/** A JWK Set (RFC 7517 section 5). */
export interface Jwks {
  readonly keys: readonly object[]
}

export interface JwtOptions {
  /**
   * The issuer's `jwks_uri`, or its keys. Fetched keys are kept for ten minutes. For an unknown `kid` they are fetched again, at the
   * earliest 30 seconds after the last fetch.
   */
  readonly jwks: string | Jwks
  /** The accepted JWS algorithms (RFC 8725 section 3.1). The default is all that certbound signs with. */
  readonly algorithms?: readonly string[]
}

const SYMMETRIC_OR_NONE = /^(?:HS|none$)/i

/** Every access token has these claims, besides `iss` and `aud` (RFC 9068 section 2.2). */
const REQUIRED = ['exp', 'iat', 'sub', 'client_id', 'jti']

const TYP = 'at+jwt'

/**
 * Reads JWT access tokens and verifies them offline (RFC 9068 section 4). A revoked token is accepted until it expires.
 *
 * @throws TypeError for options that would accept too much
 */
export function jwtTokens(
  { jwks, algorithms = SIGNING_ALGORITHMS }: JwtOptions,
  expected: ExpectedClaims,
  ca: SecureContextOptions['ca'],
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
    if (claims === undefined)
      throw new RequestRefusal(token.includes('.') ? 'token-malformed' : 'token-opaque')
    const { errors, jwtVerify } = await import('jose')
    try {
      await jwtVerify(token, await (opened ??= openJwks(source, ca)), {
        algorithms: [...algorithms],
        // This refuses ID tokens and client assertions. jose ignores case and the prefix `application/` (RFC 9068 section 4).
        typ: TYP,
        requiredClaims: REQUIRED,
        currentDate: currentDate(),
      })
    } catch (error) {
      throw error instanceof errors.JOSEError ? refusalFrom(error, jws?.header['typ'], claims) : error
    }
    if (typeof claims['client_id'] !== 'string')
      throw new RequestRefusal('claim-wrong', { expected: 'client_id' })
    requireExpectedClaims(claims, expected)
    return claims
  }
}

/** The faults that jose finds before it trusts the signature. Nothing in such a token can be trusted, so there are no details. */
const REASONS: Readonly<Record<string, RefusalReason>> = {
  ERR_JOSE_ALG_NOT_ALLOWED: 'algorithm-wrong',
  ERR_JWKS_NO_MATCHING_KEY: 'key-unknown',
  ERR_JWKS_MULTIPLE_MATCHING_KEYS: 'key-unknown',
  ERR_JWS_SIGNATURE_VERIFICATION_FAILED: 'signature-wrong',
}

/** jose checks `typ` and the claims after the signature. */
function refusalFrom(error: JoseErrors.JOSEError, typ: unknown, claims: TokenClaims): RequestRefusal {
  const { client_id: clientId, exp } = claims
  if (!('claim' in error)) return new RequestRefusal(REASONS[error.code] ?? 'token-malformed')
  const { claim, reason, code } = error as JoseErrors.JWTClaimValidationFailed
  if (claim === 'typ') return new RequestRefusal('typ-wrong', { clientId, expected: TYP, actual: typ })
  if (code === 'ERR_JWT_EXPIRED') return new RequestRefusal('token-expired', { clientId, actual: exp })
  if (claim === 'nbf' && reason === 'check_failed') return new RequestRefusal('token-early', { clientId })
  return new RequestRefusal('claim-wrong', { clientId, expected: claim })
}

/** The returned function throws a JOSEError if the set does not have the token's key, and an Error if the set cannot be fetched. */
async function openJwks(source: URL | Jwks, ca: SecureContextOptions['ca']): Promise<JWTVerifyGetKey> {
  const { createLocalJWKSet, createRemoteJWKSet, customFetch, errors } = await import('jose')
  const keys =
    source instanceof URL
      ? createRemoteJWKSet(source, { [customFetch]: fetchFrom(source, ca) })
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

/** The global `fetch` has no option for certificate authorities. */
function fetchFrom(url: URL, ca: SecureContextOptions['ca']) {
  const request = issuerRequest(url, { ca })
  return async (
    _url: string,
    { method, headers }: { readonly method: string; readonly headers: Headers },
  ) => {
    const { status, body } = await request({ method, headers: Object.fromEntries(headers) })
    return new Response(new Uint8Array(body), { status })
  }
}
