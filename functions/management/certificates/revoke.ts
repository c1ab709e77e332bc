import { registeredCertificates } from '../../../shared/certificate/registered-certificates.ts'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import {
  announcedBy,
  type Concerned,
  type ConcernedWithRenewals,
} from '../../../shared/store/certificates/certificates.ts'
import { isInventoryComplete } from '../../../shared/store/certificates/inventory.ts'
import type { NamedCertificate } from '../../../shared/store/certificates/names.ts'
import { OPERATOR } from '../../../shared/store/certificates/revocations.ts'
import { isEndedByRevocation, isPending, type Renewal } from '../../../shared/store/certificates/renewals.ts'
import type { Service } from '../../../shared/store/service.ts'
import { countTokens, type TokenCounts } from './count-tokens.ts'
import { nameOfRequested, type ReleaseRequest, type RevokeRequest } from './request.ts'

export interface RevokedCertificate extends Concerned {
  readonly named: NamedCertificate
}

export interface RevokedCertificates {
  readonly isDryRun: boolean
  readonly certificates: readonly RevokedCertificate[]
  readonly tokens: TokenCounts
  /** The clients whose `jwks` still has one of the certificates. */
  readonly registeredAt: readonly number[]
  /** The number of noted certificates whose issuer is unknown. Absent unless the request names an issuer. */
  readonly unknownIssuers: number | undefined
  readonly isInventoryComplete: boolean
  /** The renewals that a revoked certificate has ended. With a dry run those that it would end. */
  readonly renewals: readonly Renewal[]
}

/**
 * Revokes certificates for good, or holds them (architecture, section 9). It can be repeated, also after a failure.
 *
 * @throws Refusal api-client-unknown, certificate-…
 */
export async function revokeCertificates(request: RevokeRequest, call: Call): Promise<RevokedCertificates> {
  const { store, now, clock } = call
  const service = await store.registry.findCurrentService(call.service.apiKey)
  if (service === undefined) throw new Refusal('api-service-unknown')
  const named = request.certificates.map(nameOfRequested)
  refuseWithoutInventory(named, request, service)
  const further = await findClients(request.clients, call)
  const certificates = store.certificates
  const revoked: (RevokedCertificate & ConcernedWithRenewals)[] = []
  // The loop goes on with the certificates that it adds.
  for (const name of named) {
    if (revoked.length > 0 && isOutOfTime(call)) throw new Refusal('certificate-unfinished')
    const by = { source: OPERATOR, reason: request.reason, revokedAt: now }
    const about = { service: service.apiKey, named: name, clients: further }
    const concerned = request.dryRun
      ? await certificates.find(about)
      : await certificates.revoke({ ...about, ...by, now, notedFromStart: isInventoryComplete(service) })
    revoked.push({ named: name, ...concerned })
    if (request.revokeAnnounced) named.push(...announcedBy(concerned, named))
  }
  const clients = [...new Set(revoked.flatMap((each) => each.clients))]
  if (request.endClientTokens && !request.dryRun)
    for (const client of clients) await store.clients.cutOff(service.apiKey, client, clock)
  const thumbprints = new Set(revoked.flatMap((each) => each.thumbprints))
  const isByIssuer = named.some((name) => 'issuer' in name)
  return {
    isDryRun: request.dryRun,
    certificates: revoked,
    tokens: await countTokens(clients, thumbprints, call),
    registeredAt: await clientsWith(thumbprints, clients, call),
    unknownIssuers: isByIssuer ? await certificates.lists.countUnknownIssuers(service.apiKey) : undefined,
    isInventoryComplete: isInventoryComplete(service),
    renewals: distinct(revoked.flatMap((each) => each.renewals)).filter((each) =>
      request.dryRun ? isPending(each) && now < each.endsAt : isEndedByRevocation(each),
    ),
  }
}

/** A renewal between two revoked certificates was found twice. */
function distinct(renewals: readonly Renewal[]): Renewal[] {
  return [...new Map(renewals.map((each) => [`${each.client} ${each.from}`, each])).values()]
}

export interface ReleasedCertificates {
  readonly certificates: readonly RevokedCertificate[]
}

/**
 * Lifts holds of the operator. It can be repeated, also after a failure. A certificate that a list holds, too, stays revoked.
 *
 * @throws Refusal api-client-unknown, certificate-not-held, certificate-unfinished
 */
export async function releaseCertificates(
  request: ReleaseRequest,
  call: Call,
): Promise<ReleasedCertificates> {
  const { service, store } = call
  const clients = await findClients(request.clients, call)
  const certificates = store.certificates
  const released = []
  for (const named of request.certificates.map(nameOfRequested)) {
    if (released.length > 0 && isOutOfTime(call)) throw new Refusal('certificate-unfinished')
    const about = { service: service.apiKey, named, source: OPERATOR, clients }
    const { hold, ...concerned } = await certificates.lift(about)
    released.push({ named, ...concerned, isHeld: hold !== undefined })
  }
  if (!released.some(({ isHeld }) => isHeld)) throw new Refusal('certificate-not-held')
  return { certificates: released.filter(({ isHeld }) => isHeld) }
}

/** Without notes, nothing leads from a certificate to its clients, or from a serial number to a certificate. */
function refuseWithoutInventory(
  named: readonly NamedCertificate[],
  { clients }: RevokeRequest,
  { certificateInventory }: Service,
): void {
  if (certificateInventory) return
  if (named.some((name) => 'issuer' in name)) throw new Refusal('certificate-serial-refused')
  if (clients.length === 0) throw new Refusal('certificate-clients-missing')
}

/** @throws Refusal api-client-unknown */
async function findClients(named: readonly string[], { service, store }: Call): Promise<number[]> {
  const clients = []
  for (const name of new Set(named)) {
    const client = await store.registry.findCurrentClient(service.apiKey, name)
    if (client === undefined) throw new Refusal('api-client-unknown')
    clients.push(client.clientId)
  }
  return clients
}

async function clientsWith(
  thumbprints: ReadonlySet<Thumbprint>,
  clients: readonly number[],
  { service, store }: Call,
): Promise<number[]> {
  const found = []
  for (const number of clients) {
    const client = await store.registry.findClientByNumber(service.apiKey, number)
    const registered = client?.jwks && registeredCertificates(client.jwks, undefined)
    if (typeof registered === 'object' && [...registered.keys()].some((each) => thumbprints.has(each)))
      found.push(number)
  }
  return found
}
