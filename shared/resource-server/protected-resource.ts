import type { SecureContextOptions } from 'node:tls'
import { judge, type Verdict } from '../certificate/binding.ts'
import { JWS_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import type { KeyThumbprint } from '../certificate/thumbprint.ts'
import { isJsonObject } from '../json.ts'
import { readPresentedToken } from '../request/presented-token.ts'
import { covers, parseScope } from '../request/scope.ts'
import { isBaseUrl } from '../resource-url.ts'
import type { AccessToken, TokenClaims } from './access-token.ts'
import { type EdgeOptions, edgeReader } from './edges.ts'
import { type ErrorResponse, errorResponse } from './error-response.ts'
import { type IssuerOptions, tokensOf } from './issuers.ts'
import { valuesOf } from './raw-headers.ts'
import { readProof } from './read-proof.ts'
import type { ClientCertificate, ResourceRequest } from './resource-request.ts'
import { type RefusalDetails, type RefusalReason, RequestRefusal } from './request-refusal.ts'

interface CommonOptions {
  /** The place where the TLS of the clients ends. By default it ends at the server itself, or at API Gateway. */
  readonly edge?: EdgeOptions
  /** Whether tokens without a binding are allowed. Anyone who finds such a token can use it, so the default is `refused`. */
  readonly unboundTokens?: 'refused' | 'allowed'
  /**
   * The URL of this server that clients use, such as `https://accounts.example.com`. It includes a path that a proxy removes. It lets the
   * server accept tokens that are bound to a key (DPoP, RFC 9449): a proof is for one URL, which neither the `Host` header nor the name of
   * a proxy shows. If it is absent, requests with proofs are refused.
   */
  readonly publicUrl?: string
  /**
   * The JWS algorithms that DPoP proofs may have. The default is all asymmetric ones. The FAPI 2.0 Security Profile allows `PS256`, `ES256`
   * and `EdDSA`, which RFC 9864 also names `Ed25519`.
   */
  readonly dpopAlgorithms?: readonly string[]
  /** The time for checking DPoP proofs and tokens that are verified offline. The default is the clock of the machine. */
  readonly currentDate?: () => Date
  /** The CAs of the issuer's servers in PEM, if these are not public ones. They replace the public ones for all requests to the issuer. */
  readonly ca?: SecureContextOptions['ca']
  /** Called with the reason of each answer 400, 401 and 403, which the caller must not learn. Its errors have no effect. */
  readonly onRefusal?: (reason: RefusalReason, details: RefusalDetails) => void
  /** Called with the cause of each answer 503: no keys, or no introspection. The error contains no token. Its errors have no effect. */
  readonly onFailure?: (error: unknown) => void
}

/** The tokens of one issuer, or of several ones, each with an audience of its own. */
export type ProtectedResourceOptions = CommonOptions &
  (IssuerOptions | { readonly issuers: readonly IssuerOptions[]; readonly issuer?: undefined })

export type { AccessToken } from './access-token.ts'
export type { ResourceRequest } from './resource-request.ts'

export type Decision = { readonly allowed: true; readonly token: AccessToken } | ErrorResponse

/**
 * Takes the scopes that a request needs, and returns the function that decides about such requests. If keys or introspection
 * fail, the decision is a 503. The promise does not reject.
 *
 * @throws TypeError for a malformed scope (RFC 6749 section 3.3)
 */
export type ProtectedResource = (scopes: readonly string[]) => (request: ResourceRequest) => Promise<Decision>

/**
 * Checks bound access tokens for a resource server (RFC 8705 section 3, RFC 9449 section 7, RFC 6750).
 *
 * The checks have the order of certbound's own introspection: syntax, token, proof, binding, scope. The first failure decides, so the
 * thief of a bound token does not learn its scopes. A proof can be used again for a minute for the same request, because proofs are not
 * stored.
 *
 * @throws TypeError for options that cannot work or would accept too much
 */
export function protectedResource(options: ProtectedResourceOptions): ProtectedResource {
  const { unboundTokens = 'refused', publicUrl, ca, onRefusal, onFailure } = options
  const { currentDate = () => new Date(), dpopAlgorithms = [...JWS_ALGORITHMS.keys()] } = options
  if (publicUrl !== undefined && !isBaseUrl(publicUrl)) {
    throw new TypeError('publicUrl must be an https URL without a query, a fragment or a slash at its end')
  }
  if (dpopAlgorithms.length === 0 || !dpopAlgorithms.every((name) => JWS_ALGORITHMS.has(name))) {
    throw new TypeError(`dpopAlgorithms must be some of ${[...JWS_ALGORITHMS.keys()].join(', ')}`)
  }
  const readCertificate = edgeReader(options.edge ?? { name: 'socket' })
  const readToken = tokensOf('issuers' in options ? options.issuers : [options], ca, currentDate)

  async function decide(
    request: ResourceRequest,
    sent: ReturnType<typeof readPresentedToken>,
    scopes: readonly string[],
  ): Promise<AccessToken> {
    if (publicUrl === undefined && valuesOf(request.rawHeaders, 'dpop').length > 0)
      throw new RequestRefusal('dpop-not-offered')
    if (typeof sent === 'string') throw new RequestRefusal(SYNTAX_REASONS[sent])
    const certificate = readCertificate(request)
    const token = await readToken(sent.token)
    const { clientId, claims } = token
    const proof = readProof(sent, request, publicUrl, currentDate(), dpopAlgorithms)
    if (typeof proof === 'string') throw new RequestRefusal('proof-wrong', { clientId, fault: proof })
    const verdict = judge(bindingOf(claims), {
      certificate: certificate as Parameters<typeof judge>[1]['certificate'],
      proofKey: proof?.jkt as KeyThumbprint | undefined,
    })
    const reason = REASONS[verdict]
    if (reason !== undefined && !(reason === 'token-unbound' && unboundTokens === 'allowed'))
      throw new RequestRefusal(reason, { clientId, ...bindingDetails(claims, certificate, proof?.jkt) })
    if (covers(token.scopes, scopes)) return token
    const [expected, actual] = [scopes, token.scopes].map((list) => list.join(' '))
    throw new RequestRefusal('scope-insufficient', { clientId, expected, actual })
  }

  return (scopes) => {
    const needed = scopes.length === 0 ? [] : parseScope(scopes.join(' '))
    if (needed === 'malformed') throw new TypeError('scopes must be scope tokens of RFC 6749 section 3.3')
    return async (request) => {
      const { rawHeaders } = request
      const sent = readPresentedToken(valuesOf(rawHeaders, 'authorization'), valuesOf(rawHeaders, 'dpop'))
      const offered = publicUrl === undefined ? undefined : dpopAlgorithms
      const challenge = { scopes: needed, dpopAlgorithms: offered, usesDpop: isByDpop(sent) }
      try {
        return { allowed: true, token: await decide(request, sent, needed) }
      } catch (error) {
        if (error instanceof RequestRefusal) {
          report(() => onRefusal?.(error.reason, error.details))
          return errorResponse(error.reason, challenge)
        }
        report(() => onFailure?.(error))
        return errorResponse('undecided', challenge)
      }
    }
  }
}

/** Calls a hook of the server. Its errors and rejected promises neither change the answer nor end the process. */
function report(hook: () => unknown): void {
  new Promise((resolve) => {
    resolve(hook())
  }).catch(() => undefined)
}

const SYNTAX_REASONS = {
  absent: 'token-missing',
  malformed: 'authorization-malformed',
  'proof-missing': 'proof-missing',
  'proof-needless': 'proof-needless',
} as const satisfies Record<string, RefusalReason>

function isByDpop(sent: ReturnType<typeof readPresentedToken>): boolean {
  return sent === 'proof-missing' || (typeof sent === 'object' && sent.proof !== undefined)
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

/** The thumbprints of both sides, which are public. */
function bindingDetails({ cnf }: TokenClaims, presented: ClientCertificate, proofKey: string | undefined) {
  const { 'x5t#S256': certificate, jkt } = isJsonObject(cnf) ? cnf : {}
  const expected = certificate ?? jkt
  if (proofKey !== undefined) return { expected, actual: proofKey }
  if (presented === 'absent') return { expected }
  return 'malformed' in presented
    ? { expected, fault: presented.malformed }
    : { expected, actual: presented.thumbprint }
}

/** Only a token without `cnf` is unbound. A `cnf` that is not an object proves nothing, so it is damaged (decision D11). */
function bindingOf(claims: TokenClaims): unknown {
  if (!Object.hasOwn(claims, 'cnf')) return 'none'
  const { cnf } = claims
  return typeof cnf === 'object' ? cnf : undefined
}
