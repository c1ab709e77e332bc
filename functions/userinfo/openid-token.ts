import { type Reason, Refusal, REFUSALS } from '../../shared/refusal/refusal.ts'
import type { Terms, Tokens } from '../../shared/store/grant.ts'

/** The reason that userinfo has for a refusal of introspection. */
const REASONS: Partial<Record<Reason, Reason>> = {
  'token-unknown': 'userinfo-token-unknown',
  'token-without-identifier': 'userinfo-token-unknown',
  'token-identifier-empty': 'userinfo-token-unknown',
  'token-not-signed': 'userinfo-token-unknown',
  'token-client-deleted': 'userinfo-client-deleted',
  'token-client-locked': 'userinfo-client-locked',
  'token-cut-off': 'userinfo-token-cut-off',
  'token-expired-refreshable': 'userinfo-token-expired',
  'token-expired-with-refresh': 'userinfo-token-expired',
  'token-expired': 'userinfo-token-expired',
  'certificate-missing': 'userinfo-certificate-missing',
  'certificate-unreadable': 'userinfo-certificate-unreadable',
  'certificate-differs': 'userinfo-certificate-differs',
  'resource-proof-missing': 'userinfo-proof-missing',
  'binding-damaged': 'userinfo-binding-damaged',
  'token-unbound': 'userinfo-token-unbound',
  'token-subjectless': 'userinfo-subject-missing',
}

/**
 * The same refusal with the result code of userinfo, whose answers have no flags about the token. For the other faults of a proof the codes of
 * introspection are the published ones. Other errors stay as they are.
 */
export function ofUserinfo(error: unknown): unknown {
  if (!(error instanceof Refusal)) return error
  const isScope = REFUSALS[error.reason][2] === 'insufficient_scope'
  const reason = isScope ? 'userinfo-scope-missing' : REASONS[error.reason]
  const { members: _, ...options } = error.options
  return new Refusal(reason ?? error.reason, options)
}

export type OfSubject = Tokens & { readonly terms: Terms & { readonly subject: string } }

/** @throws Refusal userinfo-subject-missing: a client's own token, which may have the scope, too */
export function requireSubject(grant: Tokens): OfSubject {
  const { subject } = grant.terms
  if (subject === undefined) throw new Refusal('userinfo-subject-missing')
  return { ...grant, terms: { ...grant.terms, subject } }
}
