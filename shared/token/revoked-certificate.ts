import { boundThumbprint, judge } from '../certificate/binding.ts'
import type { PresentedCertificate, ReadCertificate } from '../certificate/presented.ts'
import type { Thumbprint } from '../certificate/thumbprint.ts'
import type { Call } from '../runtime/call.ts'
import type { ClientState, GrantKey } from '../store/grant.ts'

/** Whether the state of a client has a certificate among the revoked ones. `Grants.find` has completed it for the grant and the request. */
export function isRevoked(client: ClientState | undefined, thumbprint: Thumbprint | undefined): boolean {
  return thumbprint !== undefined && client?.revoked?.[thumbprint] !== undefined
}

/** Whether the tokens of a grant are bound to a revoked certificate. @param binding the stored value */
export function isBoundToRevoked(client: ClientState | undefined, binding: unknown): boolean {
  return client?.revoked !== undefined && isRevoked(client, boundThumbprint(binding))
}

/**
 * Whether the tokens of a grant are bound to a certificate that was issued before the date of its issuer
 * (`clientCertificatesNotBefore`).
 *
 * @param evidence the certificate of the request, if it is the bound one, or else the note of it, which costs a read
 */
export async function isBoundBeforeDate(
  grant: GrantKey & { readonly binding?: unknown },
  evidence: PresentedCertificate | 'note',
  { service, store }: Pick<Call, 'service' | 'store'>,
): Promise<boolean> {
  const { clientCertificatesNotBefore: dates } = service
  const thumbprint = dates.length === 0 ? undefined : boundThumbprint(grant.binding)
  if (thumbprint === undefined) return false
  const certificate = evidence === 'note' ? 'absent' : evidence
  const holds = judge(grant.binding, { certificate, proofKey: undefined }) === 'holds'
  if (!holds && evidence !== 'note') return false
  const der = holds ? (certificate as ReadCertificate).der : undefined
  return store.certificates.isBeforeDate({ ...grant, thumbprint }, der, dates)
}
