import { knowCertificate } from '../../../shared/store/certificates/known-certificate.ts'
import { authoritiesOf } from '../../../shared/store/certificates/authorities.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { type Call, isOutOfTime } from '../../../shared/runtime/call.ts'
import { namesOf } from '../../../shared/store/certificates/names.ts'
import type { NotePage } from '../../../shared/store/certificates/note-lists.ts'
import { isFresh, type ListSource } from '../../../shared/store/lists/sources.ts'
import type { RevocationPage, RevokedName } from '../../../shared/store/certificates/revocations.ts'
import { findRequestedClient, type RequestedClient } from '../requested-client.ts'
import { nameOfRequested, type CertificatePageRequest, type RequestedCertificate } from './request.ts'

/** Lists the certificates that a client uses, by the end of their validity. @throws Refusal if there is no such client */
export async function listClientCertificates(
  { size, after, ...named }: CertificatePageRequest & RequestedClient,
  call: Call,
): Promise<NotePage> {
  const { clientId } = await findRequestedClient(named, call)
  const { lists } = call.store.certificates
  return lists.ofClient(call.service.apiKey, clientId, size, after)
}

/** Lists the certificates that the clients of a service use, by the end of their validity. */
export async function listServiceCertificates(
  { size, after }: CertificatePageRequest,
  { service, store }: Call,
): Promise<NotePage> {
  const { lists } = store.certificates
  return lists.ofService(service.apiKey, size, after)
}

/**
 * Ends the tokens of a client and erases the notes of its certificates. Their thumbprints and numbers stay until no token can be alive,
 * so that a revocation still finds the client (architecture, section 9).
 *
 * @throws Refusal certificate-unfinished, or if there is no such client
 */
export async function eraseClientCertificates(named: RequestedClient, call: Call): Promise<void> {
  const { store, service, clock } = call
  const { clientId } = await findRequestedClient(named, call)
  await store.clients.cutOff(service.apiKey, clientId, clock)
  const { lists } = store.certificates
  while (await lists.eraseSome(service.apiKey, clientId))
    if (isOutOfTime(call)) throw new Refusal('certificate-unfinished')
}

/** Finds the revocations of a certificate. With the certificate itself, also those by its issuer and serial number. */
export async function findRevocations(
  requested: RequestedCertificate,
  { service, store }: Call,
): Promise<readonly RevokedName[]> {
  const { revocations } = store.certificates
  const certificate = 'certificate' in requested ? requested.certificate : undefined
  const names =
    certificate === undefined
      ? [nameOfRequested(requested)]
      : namesOf(knowCertificate(certificate, authoritiesOf(service, undefined)).names)
  const found = names.map(async (named) => ({
    named,
    revocations: await revocations.find(service.apiKey, named),
  }))
  return (await Promise.all(found)).filter((each) => each.revocations.length > 0)
}

/** Lists the revocations of a service in the order of the store. */
export async function listRevocations(
  { size, after }: CertificatePageRequest,
  { service, store }: Call,
): Promise<RevocationPage> {
  const { revocations } = store.certificates
  return revocations.list(service.apiKey, size, after)
}

/** A source of lists of CAs, and whether one of its lists is late by the clock of this process. */
export interface ReadSource {
  readonly source: ListSource
  readonly isLate: boolean
}

/** Finds the sources of the deployment. They belong to no service. */
export async function listSources(_: unknown, { store, now }: Call): Promise<readonly ReadSource[]> {
  const sources = await store.lists.sources.findCurrent()
  return sources.map((source) => ({ source, isLate: !isFresh(source, now) }))
}
