import { type Reason, Refusal, type RefusalFor } from '../../shared/refusal/refusal.ts'
import type { Terms, Tokens } from '../../shared/store/grant.ts'
import type { TokenReason } from '../../shared/token/introspect.ts'

/** Most faults of a proof have the published codes of introspection. */
const REASONS: Readonly<Record<TokenReason, Reason>> = {
  'token-unknown': 'userinfo-token-unknown',
  'token-without-identifier': 'userinfo-token-unknown',
  'token-identifier-empty': 'userinfo-token-unknown',
  'token-not-signed': 'userinfo-token-unknown',
  'token-client-deleted': 'userinfo-client-deleted',
  'token-client-locked': 'userinfo-client-locked',
  'token-cut-off': 'userinfo-token-cut-off',
  'token-certificate-revoked': 'userinfo-certificate-revoked',
  'token-expired-refreshable': 'userinfo-token-expired',
  'token-expired-with-refresh': 'userinfo-token-expired',
  'token-expired': 'userinfo-token-expired',
  'resource-proof-wrong': 'resource-proof-wrong',
  'resource-proof-symmetric': 'resource-proof-symmetric',
  'resource-proof-keyless': 'resource-proof-keyless',
  'resource-proof-algorithm-missing': 'resource-proof-algorithm-missing',
  'resource-proof-nonce-wrong': 'resource-proof-nonce-wrong',
  'resource-proof-used': 'resource-proof-used',
  'certificate-missing': 'userinfo-certificate-missing',
  'certificate-unreadable': 'userinfo-certificate-unreadable',
  'certificate-differs': 'userinfo-certificate-differs',
  'resource-proof-missing': 'userinfo-proof-missing',
  'resource-proof-differs': 'resource-proof-differs',
  'resource-proof-needless': 'resource-proof-needless',
  'binding-damaged': 'userinfo-binding-damaged',
  'token-unbound': 'userinfo-token-unbound',
  'token-scopeless': 'userinfo-scope-missing',
  'scope-insufficient': 'userinfo-scope-missing',
  'token-subjectless': 'userinfo-subject-missing',
  'subject-differs': 'subject-differs',
  'resource-not-covered': 'resource-not-covered',
  'acr-insufficient': 'acr-insufficient',
  'authentication-too-old': 'authentication-too-old',
}

/** A refusal of introspection with the result code of userinfo, whose answers have no flags about the token. */
export function refusalOfUserinfo({ reason, options }: RefusalFor<TokenReason>): Refusal {
  const { members: _members, ...others } = options
  return new Refusal(REASONS[reason], others)
}

export type GrantWithSubject = Tokens & { readonly terms: Terms & { readonly subject: string } }

/** @throws Refusal userinfo-subject-missing for a client's own token, which may have the scope, too */
export function requireSubject(grant: Tokens): GrantWithSubject {
  const { subject } = grant.terms
  if (subject === undefined) throw new Refusal('userinfo-subject-missing')
  return { ...grant, terms: { ...grant.terms, subject } }
}
