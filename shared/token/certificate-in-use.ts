import { boundThumbprint, judge } from '../certificate/binding.ts'
import type { PresentedCertificate, ReadCertificate } from '../certificate/presented.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import { isListLate } from '../store/certificates/late-lists.ts'
import type { Client } from '../store/client.ts'
import type { Tokens } from '../store/grant.ts'

/**
 * Whether new tokens would be bound to a revoked certificate. It first notes that the client uses the certificate, so it must be called
 * before the tokens are stored (architecture, section 9).
 *
 * @param certificate that of the request. It is `absent` if the request has only its thumbprint
 * @throws Refusal binding-list-late
 */
export async function isRevokedForNewTokens(
  tokens: Pick<Tokens, 'client' | 'binding' | 'accessExpiresAt' | 'refresh'>,
  certificate: PresentedCertificate,
  client: Client,
  call: Call,
): Promise<boolean> {
  const { service, store, now, log } = call
  const thumbprint = boundThumbprint(tokens.binding)
  if (thumbprint === undefined) return false
  const isPresented = judge(tokens.binding, { certificate, proofKey: undefined }) === 'holds'
  const presented = isPresented ? (certificate as ReadCertificate) : undefined
  const revocation = await store.certificates.inUse.confirm({
    ...{ service: service.apiKey, client: tokens.client, thumbprint, now },
    end: Math.max(tokens.accessExpiresAt, tokens.refresh?.refreshExpiresAt ?? 0) as EpochSeconds,
    isNoted: service.certificateInventory,
    presented: presented && { certificate: presented, service, client },
  })
  if (revocation !== undefined) log.note({ thumbprint, revocation })
  if (revocation === undefined && presented !== undefined && (await isListLate(presented.der, call)))
    throw new Refusal('binding-list-late')
  return revocation !== undefined
}
