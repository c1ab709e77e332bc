import type { ReadCertificate } from '../certificate/presented.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Call } from '../runtime/call.ts'
import type { Client } from '../store/client.ts'
import { isListLate } from '../store/certificates/late-lists.ts'

/**
 * Refuses a certificate that authenticates a client and is revoked. The revocations are at most as old as the cache of the registry.
 *
 * @throws Refusal tls-certificate-revoked, tls-list-late
 */
export async function refuseRevokedCertificate(
  certificate: ReadCertificate,
  client: Client,
  call: Call,
): Promise<void> {
  const { service, store, log } = call
  const { thumbprint } = certificate
  const { inUse } = store.certificates
  const certified = { service: service.apiKey, client: client.clientId, thumbprint }
  const revocation = await inUse.findRevocation(certified, { certificate, service, client })
  if (revocation !== undefined) {
    log.note({ thumbprint, revocation })
    throw new Refusal('tls-certificate-revoked')
  }
  if (await isListLate(certificate.der, call)) throw new Refusal('tls-list-late')
}
