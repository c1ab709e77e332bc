import * as z from 'zod/mini'
import { clientId, milliseconds } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'
import { REVOCATION_REASONS } from '../../../shared/certificate/revocation-reason.ts'

const text = z.optional(z.string())
const count = z.int().check(z.nonnegative())
const nextPageToken = text

/** A certificate by its thumbprint, or by the key of its issuer and its serial number. */
const NAME = { thumbprint: text, issuerKey: text, serialNumber: text }

/** A renewal. Times are in milliseconds. */
const renewal = z.object({
  clientId,
  thumbprint: z.string(),
  newThumbprint: z.string(),
  announcedAt: milliseconds,
  effectiveAt: milliseconds,
  endsAt: milliseconds,
  state: z.enum(['unconfirmed', 'open', 'vetoed', 'ended', 'revoked']),
})
export type RenewalAnswer = Immutable<z.output<typeof renewal>>

/** `/certificate/renewal/get`, `/veto`, `/end` and `/approve`. */
export const RenewalAnswer = renewal

/** `/certificate/renewal/get/list`. */
export const RenewalListAnswer = z.object({ renewals: z.array(renewal), nextPageToken })
export type RenewalListAnswer = Immutable<z.output<typeof RenewalListAnswer>>

const concerned = z.object({ ...NAME, thumbprints: z.array(z.string()), clientIds: z.array(clientId) })

/** `/certificate/revoke`. With `dryRun` nothing has been revoked. */
export const RevokeAnswer = z.object({
  dryRun: z.boolean(),
  certificates: z.array(concerned),
  /** The tokens of the clients by what they are bound to. */
  tokens: z.object({
    certificate: count,
    otherCertificate: count,
    key: count,
    unbound: count,
    complete: z.boolean(),
    offlineUntil: z.optional(milliseconds),
  }),
  registeredAt: z.array(clientId),
  unknownIssuers: z.optional(count),
  inventoryComplete: z.boolean(),
  /** The renewals that the revocation has ended. */
  renewals: z.array(renewal),
})
export type RevokeAnswer = Immutable<z.output<typeof RevokeAnswer>>

/** `/certificate/release`, with the certificates that were on hold. */
export const ReleaseAnswer = z.object({ certificates: z.array(concerned) })
export type ReleaseAnswer = Immutable<z.output<typeof ReleaseAnswer>>

const revocations = z.array(
  z.object({
    ...NAME,
    revocations: z.array(
      z.object({
        source: z.string(),
        reason: z.enum(REVOCATION_REASONS),
        revokedAt: milliseconds,
        clientIds: z.array(clientId),
      }),
    ),
  }),
)

/** `/certificate/revocation/get`. The list is empty if the certificate is not revoked. */
export const RevocationAnswer = z.object({ revocations })
export type RevocationAnswer = Immutable<z.output<typeof RevocationAnswer>>

/** `/certificate/revocation/get/list`. */
export const RevocationListAnswer = z.object({ revocations, nextPageToken })
export type RevocationListAnswer = Immutable<z.output<typeof RevocationListAnswer>>

/** Certificates in use, sorted by the end of their validity. */
export const CertificateListAnswer = z.object({
  certificates: z.array(
    z.object({
      ...NAME,
      thumbprint: z.string(),
      clientId,
      subject: text,
      subjectAltName: text,
      validFrom: z.optional(z.int()),
      validUntil: z.optional(z.int()),
      firstSeenAt: milliseconds,
      lastSeenAt: milliseconds,
    }),
  ),
  nextPageToken,
})
export type CertificateListAnswer = Immutable<z.output<typeof CertificateListAnswer>>

/** `/certificate/source/get/list`: the lists of CAs that the deployment reads. */
export const SourceListAnswer = z.object({
  sources: z.array(
    z.object({
      name: z.string(),
      issuerKeys: z.array(z.string()),
      late: z.boolean(),
      lists: z.array(
        z.object({
          distributionPoint: text,
          number: text,
          entries: count,
          thisUpdate: milliseconds,
          nextUpdate: milliseconds,
        }),
      ),
    }),
  ),
})
export type SourceListAnswer = Immutable<z.output<typeof SourceListAnswer>>
