import { judge, type Verdict } from '../certificate/binding.ts'
import { readBearer } from '../request/bearer.ts'
import { covers, parseScope } from '../request/scope.ts'
import { type IntrospectionOptions, introspectedTokens } from './introspected-tokens.ts'
import { type JwtOptions, jwtTokens } from './jwt-tokens.ts'
import type { Claims, Expected, ReadToken } from './read-token.ts'
import { type RefusalReason, type Refused, refused } from './refused.ts'

interface Options extends Expected {
  /** Tokens that are bound to no certificate: whoever finds one can use it, so they are refused unless this says otherwise. */
  readonly unboundTokens?: 'refused' | 'allowed'
  /** Told why the answer was 503: keys or introspection cannot be had. Its errors hold no token. */
  readonly onFailure?: (error: unknown) => void
}

/** JWTs verified offline by the keys of the issuer; or tokens of either format by introspection. */
export type ProtectedResourceOptions = Options &
  (
    | (JwtOptions & { readonly introspection?: undefined })
    | { readonly introspection: IntrospectionOptions; readonly jwks?: undefined }
  )

/** What a request to a protected resource shows. */
export interface Presented {
  /** The values of every `Authorization` header. */
  readonly authorization: readonly string[]
  /** PEM of the certificate whose key the caller proved in the TLS handshake of this connection, if any. */
  readonly certificate: string | undefined
}

/** A token that was let pass. */
export interface AccessToken {
  readonly clientId: string
  /** The end-user; where there is none, the client itself or nothing. */
  readonly subject: string | undefined
  readonly scopes: readonly string[]
  /** The claims of the JWT, or the members of the introspection answer. */
  readonly claims: Claims
}

export type Decision = { readonly allowed: true; readonly token: AccessToken } | Refused

/** Decides about one request, once it is known which scopes it needs. Never throws, never rejects. */
export type ProtectedResource = (scopes: readonly string[]) => (presented: Presented) => Promise<Decision>

/**
 * A resource server's check of bound access tokens (RFC 8705 section 3, RFC 6750).
 *
 * The order is that of certbound itself: form, token, possession, scope. The first failure decides, so whoever holds a
 * stolen token learns nothing of what it is good for.
 *
 * @throws TypeError for options that cannot work or would accept too much
 */
export function protectedResource(options: ProtectedResourceOptions): ProtectedResource {
  const { issuer, audience, unboundTokens = 'refused', onFailure = () => undefined } = options
  // Without these every comparison would hold between two things that are not there.
  if (!isFilled(issuer) || !isFilled(audience)) throw new TypeError('issuer and audience are needed')
  const readToken = tokenReader(options)

  async function decide({ authorization, certificate }: Presented, scopes: readonly string[]) {
    const bearer = readBearer(authorization)
    if (bearer === 'absent') return 'token-missing'
    if (bearer === 'malformed') return 'authorization-malformed'
    const claims = await readToken(bearer.token)
    if (claims === undefined) return 'token-unusable'
    const reason = REASONS[judge(bindingOf(claims), certificate)]
    if (reason !== undefined && !(reason === 'token-unbound' && unboundTokens === 'allowed')) return reason
    const token = tokenFrom(claims)
    return covers(token.scopes, scopes) ? token : 'scope-insufficient'
  }

  return (scopes) => {
    const needed = scopes.length === 0 ? [] : parseScope(scopes.join(' '))
    if (needed === 'malformed') throw new TypeError('a scope is malformed')
    return async (presented) => {
      try {
        const decision = await decide(presented, needed)
        if (typeof decision === 'string') return refused(decision, needed)
        return { allowed: true, token: decision }
      } catch (error) {
        onFailure(error)
        return refused('undecided', needed)
      }
    }
  }
}

const REASONS = {
  holds: undefined,
  unbound: 'token-unbound',
  missing: 'certificate-missing',
  unreadable: 'certificate-unreadable',
  differs: 'certificate-differs',
  damaged: 'binding-damaged',
} as const satisfies Record<Verdict, RefusalReason | undefined>

function tokenReader(options: ProtectedResourceOptions): ReadToken {
  if ((options.jwks === undefined) === (options.introspection === undefined)) {
    throw new TypeError('either jwks or introspection is needed')
  }
  if (options.introspection === undefined) return jwtTokens(options, options)
  return introspectedTokens(options.introspection, options)
}

/** Only a token without any `cnf` is unbound; one that is no object can prove nothing (decision D11). */
function bindingOf(claims: Claims): unknown {
  if (!Object.hasOwn(claims, 'cnf')) return 'none'
  const { cnf } = claims
  return typeof cnf === 'object' ? cnf : undefined
}

function tokenFrom(claims: Claims): AccessToken {
  const { client_id: clientId, sub, scope } = claims
  const scopes = typeof scope === 'string' ? parseScope(scope) : []
  return {
    clientId: String(clientId),
    subject: typeof sub === 'string' ? sub : undefined,
    scopes: scopes === 'malformed' ? [] : scopes,
    claims,
  }
}

function isFilled(text: unknown): boolean {
  return typeof text === 'string' && text !== ''
}
