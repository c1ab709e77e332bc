import type { SecureContextOptions } from 'node:tls'
import { isJsonObject } from '../json.ts'
import { readPresentedToken } from '../request/presented-token.ts'
import type { AccessToken } from './access-token.ts'
import { type EdgeOptions, edgeReader } from './edges.ts'
import { type ErrorResponse, errorResponse } from './error-response.ts'
import { ISSUER_MEMBERS, type IssuerOptions, tokensOf } from './issuers.ts'
import { type Members, requireMembers } from './option-members.ts'
import { valuesOf } from './raw-headers.ts'
import { proofAlgorithms, readProof } from './read-proof.ts'
import { requireRequest, type ResourceRequest } from './resource-request.ts'
import { requireBinding } from './token-binding.ts'
import { type RefusalDetails, type RefusalReason, RequestRefusal } from './request-refusal.ts'
import { type ResourceMetadata, resourceMetadata, type ResourceMetadataOptions } from './resource-metadata.ts'
import { requireRules, routeRules, type RouteRules } from './route-rules.ts'

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
  /** The metadata that this API publishes (RFC 9728). Challenges name their URL, and `serveMetadata` of each adapter answers with them. */
  readonly resourceMetadata?: ResourceMetadataOptions
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
  (IssuerOptions | { readonly issuers: readonly IssuerOptions[]; readonly issuer?: never })

const COMMON_MEMBERS: Members<keyof CommonOptions> = {
  edge: 'object?',
  unboundTokens: 'switch?',
  publicUrl: 'text?',
  resourceMetadata: 'object?',
  dpopAlgorithms: 'texts?',
  currentDate: 'function?',
  ca: 'pem?',
  onRefusal: 'function?',
  onFailure: 'function?',
}

export type { AccessToken } from './access-token.ts'
export type { ResourceRequest } from './resource-request.ts'

export type Decision = { readonly allowed: true; readonly token: AccessToken } | ErrorResponse

/** The check of a protected resource. */
export interface ProtectedResource {
  /**
   * Takes the scopes or the rules of a route, and returns the function that decides about its requests. If keys or introspection fail, the
   * decision is a 503. The promise rejects only with a `TypeError`, for an argument that is not a request.
   *
   * @throws TypeError for rules that cannot work
   */
  (rules: readonly string[] | RouteRules): (request: ResourceRequest) => Promise<Decision>
  /** Present with the option `resourceMetadata`. */
  readonly metadata?: ResourceMetadata | undefined
}

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
  requireOptions(options)
  const { unboundTokens = 'refused', publicUrl, ca, onRefusal, onFailure } = options
  const { currentDate = () => new Date() } = options
  const dpopAlgorithms = proofAlgorithms(options)
  const readCertificate = edgeReader(options.edge ?? { name: 'socket' })
  const issuers = several(options) ? options.issuers : [options]
  const readToken = tokensOf(issuers, ca, currentDate)
  const offered = publicUrl === undefined ? undefined : dpopAlgorithms
  const metadata =
    options.resourceMetadata &&
    resourceMetadata(
      options.resourceMetadata,
      issuers.map(({ issuer }) => issuer),
      offered,
    )

  async function decide(
    request: ResourceRequest,
    sent: ReturnType<typeof readPresentedToken>,
    rules: ReturnType<typeof routeRules>,
  ): Promise<AccessToken> {
    if (publicUrl === undefined && valuesOf(request.rawHeaders, 'dpop').length > 0)
      throw new RequestRefusal('dpop-not-offered')
    if (typeof sent === 'string') throw new RequestRefusal(SYNTAX_REASONS[sent])
    const certificate = readCertificate(request)
    const token = await readToken(sent.token)
    const { clientId } = token
    const proof = readProof(sent, request, publicUrl, currentDate(), dpopAlgorithms)
    if (typeof proof === 'string') throw new RequestRefusal('proof-wrong', { clientId, fault: proof })
    requireBinding(token, { certificate, proofKey: proof?.jkt, unboundTokens })
    requireRules(token, rules, currentDate().getTime() / 1000)
    return token
  }

  const check: ProtectedResource = (given) => {
    const rules = routeRules(given)
    return async (request) => {
      requireRequest(request)
      const { rawHeaders } = request
      const sent = readPresentedToken(valuesOf(rawHeaders, 'authorization'), valuesOf(rawHeaders, 'dpop'))
      const challenge = {
        rules,
        dpopAlgorithms: offered,
        usesDpop: isByDpop(sent),
        metadataUrl: metadata?.url,
      }
      try {
        return { allowed: true, token: await decide(request, sent, rules) }
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
  return Object.assign(check, { metadata })
}

const several = (options: unknown): options is { readonly issuers: readonly IssuerOptions[] } =>
  isJsonObject(options) && 'issuers' in options

/** @throws TypeError unless every member is an option and of its kind */
function requireOptions(options: ProtectedResourceOptions): void {
  if (!several(options)) return requireMembers('', options, { ...COMMON_MEMBERS, ...ISSUER_MEMBERS })
  requireMembers('', options, { ...COMMON_MEMBERS, issuers: 'objects' })
  for (const each of options.issuers) requireMembers('issuers', each, ISSUER_MEMBERS)
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
