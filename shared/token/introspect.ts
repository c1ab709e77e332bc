import { boundKey, boundThumbprint } from '../certificate/binding.ts'
import type { Call } from '../runtime/call.ts'
import { findAccessToken, type NotAnAccessToken } from './find-token.ts'
import { CHECKS, type IntrospectionRequest, type TokenUse } from './introspection-checks.ts'
import { type Reason, Refusal, type RefusalFor, refusalFor, refusalRows } from '../refusal/refusal.ts'
import { challengeByDpop, usePresentedProof, verifyPresentedProof } from '../possession/presented-proof.ts'
import { proofAlgorithms } from '../possession/token-binding.ts'
import { settingsOf } from '../store/profile.ts'
import { lifeOf } from './life.ts'
import { type Standing, standingAt } from './standing.ts'
import type { Tokens } from '../store/grant.ts'

export interface UsableToken {
  readonly grant: Tokens
  readonly standing: Standing
  /** Only JWTs have one. */
  readonly jti: string | undefined
  /** The nonce for the next proof, if the service requires nonces. */
  readonly dpopNonce: string | undefined
  /** Present only if the request has `explain`. A Refusal then has them among its members. */
  readonly steps?: readonly Step[] | undefined
}

type Checks = typeof CHECKS
type Details = Checks[number] extends infer Check
  ? Check extends Checks[number]
    ? Partial<ReturnType<Check['details']>>
    : never
  : never

/** One check of a decision. A check that was made has details, and a failed one has a reason. */
export type Step = Details & {
  readonly name: Checks[number]['name']
  readonly outcome: 'PASSED' | 'FAILED' | 'NOT_LOOKED_AT'
  readonly reason?: Reason
  readonly resultCode?: string
}

/**
 * Decides whether an access token may be used for one protected-resource request. The first failed check of `CHECKS` is the answer.
 *
 * @throws Refusal token-…, certificate-…, resource-proof-…, binding-damaged, scope-insufficient, subject-differs, resource-not-covered,
 *   acr-insufficient, authentication-too-old
 */
export async function introspect(request: IntrospectionRequest, call: Call): Promise<UsableToken> {
  const outcome = await outcomeOf(request, call)
  if (outcome instanceof Refusal) throw outcome
  return outcome
}

/** The reasons of introspection to refuse a token. */
export type TokenReason =
  | NonNullable<Awaited<ReturnType<Checks[number]['refusalOf']>>>['reason']
  | NotAnAccessToken
  | 'resource-proof-used'

/** `introspect` for an endpoint that has reasons of its own. */
export async function outcomeOf(
  request: IntrospectionRequest,
  call: Call,
): Promise<UsableToken | RefusalFor<TokenReason>> {
  const use = await readUse(request, call)
  const failure = firstFailure(use, request, call)
  const steps = request.explain === true ? stepsOf(use, failure) : undefined
  if (failure !== undefined) return steps === undefined ? failure.refusal : withSteps(failure.refusal, steps)
  const { found, standing, nonce } = use as TokenUse
  const used = await usePresentedProof(use as TokenUse, call)
  return used ?? { grant: found.grant, standing, jti: found.jti, dpopNonce: nonce?.next, steps }
}

/** @returns the reason if the token does not exist */
async function readUse(request: IntrospectionRequest, call: Call): Promise<TokenUse | NotAnAccessToken> {
  const { service, now, log } = call
  const found = await findAccessToken(request.token, call)
  if (typeof found === 'string') return found
  const { grant, client } = found
  log.note({ client: grant.client, thumbprint: boundThumbprint(grant.binding) })
  const isByKey = request.proof !== undefined || boundKey(grant.binding) !== undefined
  const algorithms = isByKey ? await proofAlgorithms(grant, call) : settingsOf(service).algorithms
  const proof = request.proof && verifyPresentedProof(request.proof, request.token, now, algorithms)
  const nonce =
    request.proof && typeof proof === 'object'
      ? await request.verifyNonce?.(request.proof, proof, call)
      : undefined
  const standing = standingAt(now, grant, client, service)
  const life = await lifeOf(found, call, { certificate: request.clientCertificate })
  return { request, service, now, found, standing, life, proof, proofAlgorithms: algorithms, nonce }
}

interface Failure {
  /** The index of the check. */
  readonly at: number
  readonly refusal: RefusalFor<TokenReason>
}

function firstFailure(
  use: TokenUse | NotAnAccessToken,
  request: IntrospectionRequest,
  { service }: Call,
): Failure | undefined {
  if (typeof use === 'string') {
    const refusal = refusalFor(use)
    const { algorithms } = settingsOf(service)
    return { at: 0, refusal: request.proof ? challengeByDpop(refusal, algorithms) : refusal }
  }
  for (const [at, { refusalOf }] of CHECKS.entries()) {
    const refusal = refusalOf(use)
    if (refusal !== undefined) return { at, refusal: withChallenge(refusal, use) }
  }
  return undefined
}

/** A client that must use DPoP, or tried to, gets a challenge with the scheme `DPoP`. */
function withChallenge(
  refusal: RefusalFor<TokenReason>,
  { proof, found, proofAlgorithms: algorithms }: TokenUse,
) {
  const byDpop = proof !== undefined || boundKey(found.grant.binding) !== undefined
  return byDpop ? challengeByDpop(refusal, algorithms) : refusal
}

function stepsOf(use: TokenUse | NotAnAccessToken, failure: Failure | undefined): readonly Step[] {
  const last = failure?.at ?? CHECKS.length
  return CHECKS.map(({ name, details }, at): Step => {
    if (at > last) return { name, outcome: 'NOT_LOOKED_AT' }
    const known = typeof use === 'string' ? {} : details(use)
    if (failure === undefined || at < last) return { name, outcome: 'PASSED', ...known }
    const { reason } = failure.refusal
    return { name, outcome: 'FAILED', reason, resultCode: refusalRows()[reason][0], ...known }
  })
}

function withSteps({ reason, options }: RefusalFor<TokenReason>, steps: readonly Step[]) {
  return refusalFor(reason, { ...options, members: { ...options.members, steps } })
}
