import type { Renewal } from '../../shared/store/certificates/renewals.ts'
import { success } from '../../shared/web-api.ts'
import type { AnnouncementSuccess, OAuthAnnouncement } from './answer-schema.ts'

/** The answer of the OAuth face. */
export function oauthAnnouncement({ to, effectiveAt, endsAt }: Renewal): OAuthAnnouncement {
  return { 'x5t#S256': to, effective_at: effectiveAt, ends_at: endsAt }
}

/** `/auth/certificate/announce`, action OK. */
export function announcementResponse(renewal: Renewal): AnnouncementSuccess {
  return {
    ...success('A033091', 'The certificate has been announced successfully.'),
    action: 'OK',
    responseContent: JSON.stringify(oauthAnnouncement(renewal)),
    clientId: renewal.client,
    thumbprint: renewal.from,
    newThumbprint: renewal.to,
    announcedAt: renewal.announcedAt * 1000,
    effectiveAt: renewal.effectiveAt * 1000,
    endsAt: renewal.endsAt * 1000,
  }
}
