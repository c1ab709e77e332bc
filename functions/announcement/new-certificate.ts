import { refuseIssuing, requireRightNames } from '../../shared/authentication/certificate-authentication.ts'
import { describeCertificate } from '../../shared/certificate/description.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Client } from '../../shared/store/client.ts'
import type { Announcement } from './announcement.ts'

/**
 * Refuses a certificate that would be refused where the client will use it.
 *
 * @throws Refusal renewal-certificate-unfit, with the message of the rule
 */
export async function refuseUnfitCertificate(
  announcement: Announcement,
  client: Client,
  call: Call,
): Promise<void> {
  try {
    await requireFitCertificate(announcement, client, call)
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause
    throw new Refusal('renewal-certificate-unfit', { named: cause.description, cause })
  }
}

async function requireFitCertificate(
  { certificate, path }: Announcement,
  client: Client,
  call: Call,
): Promise<void> {
  const { validFrom, validUntil } = describeCertificate(certificate.der) ?? {}
  // Every TLS terminator checks the dates, so this holds for all clients.
  if (validFrom === undefined || validUntil === undefined || call.now < validFrom || call.now > validUntil)
    throw new Refusal('tls-certificate-outside-dates')
  const method = client.tokenAuthMethod
  if (method !== 'TLS_CLIENT_AUTH' && method !== 'SELF_SIGNED_TLS_CLIENT_AUTH') return
  if (method === 'TLS_CLIENT_AUTH') await requireRightNames(certificate, path, client, call)
  else await refuseIssuing(certificate.der, call.service)
}
