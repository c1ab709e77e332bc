import { judge, type Verdict } from '../certificate/binding.ts'
import type { KeyThumbprint } from '../certificate/thumbprint.ts'
import { isJsonObject } from '../json.ts'
import type { AccessToken, TokenClaims } from './access-token.ts'
import { type RefusalReason, RequestRefusal } from './request-refusal.ts'
import type { ClientCertificate } from './resource-request.ts'

/** The evidence of possession that came with a token, and whether a token may come without any. */
interface BindingEvidence {
  readonly certificate: ClientCertificate
  /** The key of the proof, which has been verified. */
  readonly proofKey: string | undefined
  readonly unboundTokens: 'refused' | 'allowed'
}

/**
 * Requires that the presenter holds the certificate or the key that the token is bound to (RFC 8705 section 3, RFC 9449 section 7).
 *
 * @throws RequestRefusal for every other token
 */
export function requireBinding(
  { clientId, claims }: AccessToken,
  { certificate, proofKey, unboundTokens }: BindingEvidence,
): void {
  const verdict = judge(bindingOf(claims), {
    certificate: certificate as Parameters<typeof judge>[1]['certificate'],
    proofKey: proofKey as KeyThumbprint | undefined,
  })
  const reason = REASONS[verdict]
  if (reason === undefined || (reason === 'token-unbound' && unboundTokens === 'allowed')) return
  throw new RequestRefusal(reason, { clientId, ...bindingDetails(claims, certificate, proofKey) })
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
