import * as z from 'zod/mini'
import {
  type AnswerOf,
  clientId,
  envelope,
  milliseconds,
  refusalAnswer,
  seconds,
} from '../../shared/answer-schema.ts'
import type { Immutable } from '../../shared/immutable.ts'

/** The answer of the OAuth face, and `responseContent` of the Web API. */
export const OAuthAnnouncement = z.object({
  'x5t#S256': z.string(),
  /** Seconds since 1970. */
  effective_at: seconds,
  ends_at: seconds,
})
export type OAuthAnnouncement = Immutable<z.output<typeof OAuthAnnouncement>>

/** `/auth/certificate/announce`, action OK. */
const AnnouncementSuccess = z.object({
  ...envelope('certificateAnnounceResponse', ['OK']),
  responseContent: z.string(),
  clientId,
  thumbprint: z.string(),
  newThumbprint: z.string(),
  announcedAt: milliseconds,
  effectiveAt: milliseconds,
  endsAt: milliseconds,
})
export type AnnouncementSuccess = AnswerOf<typeof AnnouncementSuccess>

export const AnnouncementAnswer = z.discriminatedUnion('action', [
  AnnouncementSuccess,
  refusalAnswer('certificateAnnounceResponse', ['BAD_REQUEST', 'INVALID_CLIENT']),
])
