import { judge, type Verdict } from '../certificate/binding.ts'
import { present, type Presented } from '../certificate/presented.ts'
import { readBearer } from '../request/bearer.ts'
import { covers, parseScope } from '../request/scope.ts'
import { type ErrorResponse, errorResponse, type RefusalReason } from './error-response.ts'
import { type IntrospectionOptions, introspectedTokens } from './introspected-tokens.ts'
import { type JwtOptions, jwtTokens } from './jwt-tokens.ts'
import type { ExpectedClaims, ReadToken, TokenClaims } from './read-token.ts'

interface CommonOptions extends ExpectedClaims {
  /** Whether tokens without a binding pass. Anyone who finds such a token can use it. Default: `refused`. */
  readonly unboundTokens?: 'refused' | 'allowed'
  /** Called with the cause of each answer 503: no keys, or no introspection. The error contains no token. */
  readonly onFailure?: (error: unknown) => void
}

/** With `jwks`, JWTs are verified offline. With `introspection`, the issuer is asked about tokens of either format. */
export type ProtectedResourceOptions = CommonOptions &
  (
    | (JwtOptions & { readonly introspection?: undefined })
    | { readonly introspection: IntrospectionOptions; readonly jwks?: undefined }
  )

/** The credentials of a request to a protected resource. */
export interface ResourceRequest {
  /** The values of all `Authorization` headers. */
  readonly authorization: readonly string[]
  /** The values of all `DPoP` headers. A request with one is refused, because the library does not check such proofs. */
  readonly dpop?: readonly string[] | undefined
  /** PEM of the certificate whose key the caller proved in the TLS handshake of this connection, if any. */
  readonly certificate: string | EventCertificate | undefined
}

/** The certificate of an event of API Gateway. Only `requireToken` makes one: its thumbprint is not computed again. */
export type EventCertificate =
  { readonly malformed: string } | { readonly der: Uint8Array; readonly thumbprint: string }

/** An access token that passed the check. */
export interface AccessToken {
  readonly clientId: string
  /** The end-user. If there is none: the client itself, or `undefined`. */
  readonly subject: string | undefined
  readonly scopes: readonly string[]
  /** The claims of the JWT, or the members of the introspection response. */
  readonly claims: TokenClaims
}

export type Decision = { readonly allowed: true; readonly token: AccessToken } | ErrorResponse

/**
 * Takes the scopes that a request needs, and returns the function that decides about such requests. If keys or introspection
 * fail, the decision is a 503. The promise rejects only if `onFailure` throws.
 *
 * @throws TypeError for a malformed scope (RFC 6749 section 3.3)
 */
export type ProtectedResource = (scopes: readonly string[]) => (request: ResourceRequest) => Promise<Decision>

/**
 * Checks bound access tokens for a resource server (RFC 8705 section 3, RFC 6750).
 *
 * The order is the one of certbound's own introspection: syntax, token, binding, scope. The first failure decides, so the
 * thief of a bound token does not learn which scopes it has.
 *
 * @throws TypeError for options that cannot work or would accept too much
 */
export function protectedResource(options: ProtectedResourceOptions): ProtectedResource {
  const { issuer, audience, unboundTokens = 'refused', onFailure = () => undefined } = options
  // Two missing values would compare as equal.
  if (!isFilled(issuer) || !isFilled(audience)) {
    throw new TypeError('issuer and audience must be non-empty strings')
  }
  const readToken = tokenReader(options)

  async function decide({ authorization, dpop, certificate }: ResourceRequest, scopes: readonly string[]) {
    if (dpop !== undefined && dpop.length > 0) return 'dpop-not-offered'
    const bearer = readBearer(authorization)
    if (bearer === 'absent') return 'token-missing'
    if (bearer === 'malformed') return 'authorization-malformed'
    const claims = await readToken(bearer.token)
    if (claims === undefined) return 'token-unusable'
    const presented = typeof certificate === 'object' ? (certificate as Presented) : present(certificate)
    const verdict = judge(bindingOf(claims), { certificate: presented, proofKey: undefined })
    const reason = REASONS[verdict]
    if (reason !== undefined && !(reason === 'token-unbound' && unboundTokens === 'allowed')) return reason
    const token = tokenFrom(claims)
    return covers(token.scopes, scopes) ? token : 'scope-insufficient'
  }

  return (scopes) => {
    const needed = scopes.length === 0 ? [] : parseScope(scopes.join(' '))
    if (needed === 'malformed') throw new TypeError('scopes must be scope tokens of RFC 6749 section 3.3')
    return async (request) => {
      try {
        const decision = await decide(request, needed)
        if (typeof decision === 'string') return errorResponse(decision, needed)
        return { allowed: true, token: decision }
      } catch (error) {
        onFailure(error)
        return errorResponse('undecided', needed)
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
  'missing-proof': 'proof-missing',
  'key-differs': 'proof-differs',
  'needless-proof': 'proof-needless',
  damaged: 'binding-damaged',
} as const satisfies Record<Verdict, RefusalReason | undefined>

function tokenReader(options: ProtectedResourceOptions): ReadToken {
  if ((options.jwks === undefined) === (options.introspection === undefined)) {
    throw new TypeError('options must have either jwks or introspection')
  }
  if (options.introspection === undefined) return jwtTokens(options, options)
  return introspectedTokens(options.introspection, options)
}

/** Only a token without `cnf` is unbound. A `cnf` that is not an object proves nothing, so it is damaged (decision D11). */
function bindingOf(claims: TokenClaims): unknown {
  if (!Object.hasOwn(claims, 'cnf')) return 'none'
  const { cnf } = claims
  return typeof cnf === 'object' ? cnf : undefined
}

function tokenFrom(claims: TokenClaims): AccessToken {
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
