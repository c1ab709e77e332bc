import { authenticateClient, identifyClient } from '../../shared/authentication/client-authentication.ts'
import { describeCertificate } from '../../shared/certificate/description.ts'
import type { PresentedCertificate, ReadCertificate } from '../../shared/certificate/presented.ts'
import { addSeconds } from '../../shared/epoch-seconds.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import type { Call } from '../../shared/runtime/call.ts'
import { isListLate } from '../../shared/store/certificates/late-lists.ts'
import type { Renewal } from '../../shared/store/certificates/renewals.ts'
import type { Client } from '../../shared/store/client.ts'
import { settingsOf } from '../../shared/store/profile.ts'
import { LOST, repeatWhileLost } from '../../shared/store/unavailable.ts'
import { ANNOUNCEMENT_FAULTS, type Announcement, verifyAnnouncement } from './announcement.ts'
import { refuseUnfitCertificate } from './new-certificate.ts'
import type { AnnouncementRequest } from './request.ts'

/**
 * Takes the announcement of a client's next certificate (architecture, section 10). Both faces check in this order:
 *
 * 1. The client authenticates, and the service offers announcements to it.
 * 2. The request has a certificate: the present one. It must prove itself, so a stolen refresh token announces nothing.
 * 3. The announcement was made for this service within the last five minutes, for the present certificate, and the key of the new
 *    certificate has signed it. So nobody announces the certificate of somebody else.
 * 4. The new certificate meets the rules that it will meet when the client uses it. With `crlStale` `refuse`, no list of either is late.
 * 5. Neither certificate is revoked. The announcement is stored before the revocations are read, and counts only afterwards.
 *
 * The same announcement again changes nothing.
 *
 * @throws Refusal renewal-…, binding-list-late; and as `identifyClient` and `authenticateClient`
 */
export async function announceCertificate(request: AnnouncementRequest, call: Call): Promise<Renewal> {
  const { credentials } = request
  const { service, log, now } = call
  const { client } = await identifyClient(credentials, call)
  log.note({ client: client.clientId })
  await authenticateClient(client, credentials, call)
  const { renewalAnnounceable, algorithms } = settingsOf(service, client)
  if (!renewalAnnounceable) throw new Refusal('renewal-not-offered')
  const present = requirePresent(credentials.certificate)
  log.note({ thumbprint: present.thumbprint })
  const expected = { issuer: service.issuer, present: present.thumbprint, algorithms, now }
  const announcement = verifyAnnouncement(request.announcement, expected)
  if (announcement === 'present-differs') throw new Refusal('renewal-present-wrong')
  if (announcement === 'signature-wrong') throw new Refusal('renewal-signature-wrong')
  if (typeof announcement === 'string')
    throw new Refusal('renewal-announcement-wrong', { named: ANNOUNCEMENT_FAULTS[announcement] })
  await refuseUnfitCertificate(announcement, client, call)
  // Neither certificate may have been revoked unnoticed: from the present one, the tokens would move to one of another issuer.
  for (const { der } of [present, announcement.certificate])
    if (await isListLate(der, call)) throw new Refusal('binding-list-late')
  // Another writer may end or replace the renewal before it is open, so each attempt reads the revocations again.
  return repeatWhileLost(() => storeRenewal(present, announcement, client, call))
}

function requirePresent(certificate: PresentedCertificate): ReadCertificate {
  if (certificate === 'absent' || 'malformed' in certificate) throw new Refusal('renewal-present-wrong')
  return certificate
}

/**
 * A revocation is written before its writer looks for holders and announcements. So one of the two sees the other: this function finds the
 * revocation, or the revocation finds the announcement and ends it before it is confirmed.
 */
async function storeRenewal(
  present: ReadCertificate,
  { certificate: next }: Announcement,
  client: Client,
  { service, store, now, log }: Call,
): Promise<Renewal | typeof LOST> {
  const { inUse, renewals } = store.certificates
  const effectiveAt = addSeconds(now, service.renewalDelay)
  const endsAt = addSeconds(effectiveAt, service.renewalDuration)
  const of = { service: service.apiKey, client: client.clientId }
  const held = [present, next].map((certificate) => ({
    ...{ ...of, thumbprint: certificate.thumbprint, end: endsAt, now, isNoted: service.certificateInventory },
    presented: { certificate, service, client },
  }))
  const [from, to] = [present.thumbprint, next.thumbprint]
  const fromValidUntil = describeCertificate(present.der)?.validUntil ?? endsAt
  const times = { announcedAt: now, effectiveAt, endsAt }
  const proposed = await renewals.propose({ ...of, from, to, ...times, fromValidUntil })
  if (proposed === 'vetoed') throw new Refusal('renewal-vetoed')
  if (proposed === 'taken') throw new Refusal('renewal-taken')
  if (proposed === 'too-many') throw new Refusal('renewal-too-many')
  if (proposed.state === 'open') return proposed
  // No announcement leads back, also not by a third certificate. One that was vetoed has replaced nothing.
  const [back] = await renewals.find(of.service, of.client, to)
  const states = back && [back.state, ...Object.values(back.earlier ?? {})]
  if (states?.some((state) => state !== 'vetoed') === true) throw new Refusal('renewal-leads-back')
  // An announcement that is refused until here notes nothing: its certificate can have any serial number, and clients share the item of one.
  for (const each of held) await inUse.hold(each)
  for (const each of held) {
    const revocation = await inUse.findRevocationNow(each, each.presented)
    if (revocation === undefined) continue
    log.note({ thumbprint: each.thumbprint, revocation })
    await renewals.endRevoked(of.service, proposed)
    throw new Refusal('renewal-certificate-revoked')
  }
  if (!(await renewals.confirm(of.service, proposed))) return LOST
  log.note({ announced: to })
  return { ...proposed, state: 'open' }
}
