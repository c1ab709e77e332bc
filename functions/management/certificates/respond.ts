import { answer } from '../../../shared/web-api.ts'
import type { NamedCertificate } from '../../../shared/store/certificates/names.ts'
import type { NotePage } from '../../../shared/store/certificates/note-lists.ts'
import type { Renewal, RenewalPage } from '../../../shared/store/certificates/renewals.ts'
import type { RevocationPage, RevokedName } from '../../../shared/store/certificates/revocations.ts'
import { issuerKeysOf, type StoredList } from '../../../shared/store/lists/sources.ts'
import { toMilliseconds } from '../listing.ts'
import type {
  CertificateListAnswer,
  ReleaseAnswer,
  RenewalAnswer,
  RenewalListAnswer,
  RevocationAnswer,
  RevocationListAnswer,
  RevokeAnswer,
  SourceListAnswer,
} from './answer-schema.ts'
import type { TokenCounts } from './count-tokens.ts'
import type { ReadSource } from './list.ts'
import { toPageToken } from './request.ts'
import type { ReleasedCertificates, RevokedCertificate, RevokedCertificates } from './revoke.ts'

export function revokeResponse(revoked: RevokedCertificates): RevokeAnswer {
  return answer({
    dryRun: revoked.isDryRun,
    certificates: revoked.certificates.map(concernedView),
    tokens: tokensView(revoked.tokens),
    registeredAt: revoked.registeredAt,
    unknownIssuers: revoked.unknownIssuers,
    inventoryComplete: revoked.isInventoryComplete,
    renewals: revoked.renewals.map(renewalView),
  })
}

export function renewalView({ client, from, to, state, ...times }: Renewal): RenewalAnswer {
  return {
    clientId: client,
    thumbprint: from,
    newThumbprint: to,
    announcedAt: times.announcedAt * 1000,
    effectiveAt: times.effectiveAt * 1000,
    endsAt: times.endsAt * 1000,
    state,
  }
}

export function renewalList({ renewals, last }: RenewalPage): RenewalListAnswer {
  return { renewals: renewals.map(renewalView), nextPageToken: last && toPageToken(last) }
}

function tokensView({ isComplete, offlineUntil, ...counts }: TokenCounts): RevokeAnswer['tokens'] {
  return answer({ ...counts, complete: isComplete, offlineUntil: toMilliseconds(offlineUntil) })
}

export function releaseResponse({ certificates }: ReleasedCertificates): ReleaseAnswer {
  return { certificates: certificates.map(concernedView) }
}

function concernedView({
  named,
  thumbprints,
  clients,
}: RevokedCertificate): ReleaseAnswer['certificates'][number] {
  return answer({ ...nameView(named), thumbprints, clientIds: clients })
}

export function revocationResponse(revoked: readonly RevokedName[]): RevocationAnswer {
  return { revocations: revoked.map(revokedView) }
}

export function revocationListResponse({ revoked, last }: RevocationPage): RevocationListAnswer {
  return { revocations: revoked.map(revokedView), nextPageToken: last && toPageToken(last) }
}

function revokedView({ named, revocations }: RevokedName): RevocationAnswer['revocations'][number] {
  return answer({
    ...nameView(named),
    revocations: revocations.map(({ source, reason, revokedAt, clients }) => {
      return { source, reason, revokedAt: revokedAt * 1000, clientIds: clients }
    }),
  })
}

function nameView(
  named: NamedCertificate,
): Pick<RevocationAnswer['revocations'][number], 'thumbprint' | 'issuerKey' | 'serialNumber'> {
  return 'thumbprint' in named
    ? { thumbprint: named.thumbprint }
    : { issuerKey: named.issuer, serialNumber: named.serialNumber }
}

export function certificateList({ notes, last }: NotePage): CertificateListAnswer {
  return {
    certificates: notes.map((note) =>
      answer({
        thumbprint: note.thumbprint,
        issuerKey: note.issuer,
        serialNumber: note.serialNumber,
        clientId: note.client,
        subject: note.subject,
        subjectAltName: note.subjectAltName,
        validFrom: toMilliseconds(note.validFrom),
        validUntil: toMilliseconds(note.validUntil),
        firstSeenAt: note.firstSeen * 1000,
        lastSeenAt: note.lastSeen * 1000,
      }),
    ),
    nextPageToken: last && toPageToken(last),
  }
}

/** The addresses of the lists are left out: they belong to the deployment. */
export function sourceList(sources: readonly ReadSource[]): SourceListAnswer {
  return {
    sources: sources.map(({ source, isLate }) => ({
      name: source.name,
      issuerKeys: issuerKeysOf(source),
      late: isLate,
      lists: source.lists.map(listView),
    })),
  }
}

function listView(list: StoredList): SourceListAnswer['sources'][number]['lists'][number] {
  return answer({
    distributionPoint: list.distributionPoint,
    number: list.number,
    entries: list.count,
    thisUpdate: list.thisUpdate * 1000,
    nextUpdate: list.nextUpdate * 1000,
  })
}
