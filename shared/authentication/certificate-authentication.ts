import { isIssuedByOneOf } from '../certificate/issuer.ts'
import { chainFault } from '../certificate/path/chain.ts'
import { canIssue } from '../certificate/path/can-issue.ts'
import { readSubject, type Subject } from '../certificate/names.ts'
import { type Der, MalformedCertificate, readCertificate } from '../certificate/pem.ts'
import type { PresentedCertificate, ReadCertificate } from '../certificate/presented.ts'
import { isWeakKey } from '../certificate/public-key.ts'
import { registeredCertificates } from '../certificate/registered-certificates.ts'
import { matchesSan, type SanKind } from '../certificate/subject-alternative-names.ts'
import {
  MalformedDistinguishedName,
  isReversed,
  isSameName,
  parseDistinguishedName,
} from '../certificate/subject-dn.ts'
import type { Thumbprint } from '../certificate/thumbprint.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Call } from '../runtime/call.ts'
import { type Client, SAN_SETTINGS, subjectNames } from '../store/client.ts'
import { settingsOf, trustsAnyIssuer } from '../store/profile.ts'
import type { Service } from '../store/service.ts'
import { findInKeys } from './remote-jwks.ts'
import { refuseRevokedCertificate } from './revoked-certificate.ts'
import { type PresentedCredentials, refuseOtherCredentials } from './presented-credentials.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { isNotedListLate } from '../store/certificates/late-lists.ts'

/**
 * Authenticates a client with `tls_client_auth` (RFC 8705 section 2.1): its certificate has the registered subject. The TLS
 * terminator has validated the chain.
 *
 * @throws Refusal tls-…, subject-reversed, method-for-public, method-not-registered
 */
export async function authenticateWithSubject(
  client: Client,
  presented: PresentedCredentials,
  call: Call,
): Promise<void> {
  const certificate = requireCertificate(client, presented)
  await requireRightNames(certificate, presented.certificatePath, client, call)
  await refuseRevokedCertificate(certificate, client, call)
}

/**
 * The rules of `tls_client_auth` for a certificate, besides its revocations.
 *
 * @param path the further certificates that the client sent
 * @throws Refusal tls-…, subject-reversed
 */
export async function requireRightNames(
  { der }: ReadCertificate,
  path: readonly PresentedCertificate[] | undefined,
  client: Client,
  { service, now }: Pick<Call, 'service' | 'now'>,
): Promise<void> {
  const subject = await convertErrors(
    () => readSubject(der),
    'tls-certificate-unreadable',
    'tls-certificate-not-x509',
  )
  await requireRegisteredSubject(client, subject)
  if (isWeakKey(subject)) throw new Refusal('tls-key-weak')
  // The certificate of a resumed TLS connection may have expired (architecture, section 4).
  if (now < subject.notBefore || now > subject.notAfter) throw new Refusal('tls-certificate-outside-dates')
  if (service.clientCertificateUsage === 'clientAuth' && !subject.isForClients)
    throw new Refusal('tls-usage-wrong')
  requireListedIssuer(der, service, 'service')
  requireListedIssuer(der, client, 'client')
  if (service.mutualTlsValidatePkiCertChain) await requireTrustedPath(der, path, service, now)
}

/** Without a list, any CA in the trust store can issue a certificate with the name of a client (RFC 8705 section 7.4). */
function requireListedIssuer(
  der: Der,
  { clientCertificateIssuers: issuers }: Client | Service,
  named: 'service' | 'client',
): void {
  if (issuers === undefined) return
  try {
    if (isIssuedByOneOf(der, issuers)) return
  } catch (cause) {
    if (!(cause instanceof MalformedCertificate)) throw cause
    throw new Refusal('tls-issuer-unknown', { named, cause })
  }
  throw new Refusal('tls-issuer-unknown', { named })
}

/**
 * Authenticates a client with `self_signed_tls_client_auth` (RFC 8705 section 2.2): its whole certificate is registered.
 * Chain and dates are not checked (requirement A20). A certificate behind a `jwksUri` is refused if it can issue others with the name
 * of any `tls_client_auth` client. While an announced renewal of a registered certificate is in effect, the announced one counts as well.
 *
 * @throws Refusal self-signed-…, tls-certificate-…, method-for-public, method-not-registered, client-keys-unavailable
 */
export async function authenticateWithRegisteredCertificate(
  client: Client,
  presented: PresentedCredentials,
  call: Call,
): Promise<void> {
  const certificate = requireCertificate(client, presented)
  const { der, thumbprint } = certificate
  let reason: Reason = 'self-signed-unregistered'
  let known: readonly Thumbprint[] = []
  const matched = await findInKeys(client, call, (jwks) => {
    const registered = registeredCertificates(jwks, client.selfSignedCertificateKeyId)
    if (registered === 'no-certificate' && jwks.keys.length > 0) reason = 'self-signed-without-certificate'
    if (typeof registered === 'string') return undefined
    reason = 'self-signed-differs'
    known = [...registered.keys()]
    return registered.has(thumbprint) ? true : undefined
  })
  if (matched !== true && !(await isAnnounced(thumbprint, known, client, call))) throw new Refusal(reason)
  // A certificate in `jwks` was checked when it was registered.
  if (matched !== true || client.jwksUri !== undefined) await refuseIssuing(der, call.service)
  await refuseRevokedCertificate(certificate, client, call)
}

/**
 * Whether the client has announced the certificate in place of a registered one. Only a request that is refused otherwise costs this read.
 *
 * @throws Refusal tls-list-late if the registered one may have been revoked unnoticed, which ends its renewal
 */
async function isAnnounced(
  thumbprint: Thumbprint,
  registered: readonly Thumbprint[],
  client: Client,
  call: Call,
): Promise<boolean> {
  const { service, store, now } = call
  if (!settingsOf(service, client).renewalAnnounceable) return false
  const presented = { service: service.apiKey, client: client.clientId, thumbprint }
  const from = await store.certificates.renewals.leadTo(presented, registered, now)
  if (from !== undefined && (await isNotedListLate(from, call))) throw new Refusal('tls-list-late')
  return from !== undefined
}

/** @throws Refusal self-signed-issues if the certificate can issue others with the name of any `tls_client_auth` client */
export async function refuseIssuing(der: Der, service: Service): Promise<void> {
  if (trustsAnyIssuer(service) && (await canIssue(der))) throw new Refusal('self-signed-issues')
}

/** @throws Refusal method-for-public, method-not-registered, tls-certificate-… */
function requireCertificate(
  client: Client,
  { basic, form, certificate }: PresentedCredentials,
): ReadCertificate {
  if (client.clientType === 'PUBLIC') throw new Refusal('method-for-public')
  refuseOtherCredentials(client, basic?.clientSecret, form.clientSecret, form.clientAssertion)
  if (certificate === 'absent') throw new Refusal('tls-certificate-missing')
  if (!('malformed' in certificate)) return certificate
  const isNotX509 = certificate.malformed === 'not-a-certificate'
  throw new Refusal(isNotX509 ? 'tls-certificate-not-x509' : 'tls-certificate-unreadable')
}

/** No TLS peer has a reason to send more certificates (decision D29). */
const LIMIT_PATH = 10

const FAULT_REASON = { 'no-path': 'tls-path-missing', 'path-invalid': 'tls-path-invalid' } as const

/** Operators need it if they validate the chain again, or if their TLS terminator does not validate it. */
async function requireTrustedPath(
  der: Der,
  path: readonly PresentedCertificate[] = [],
  { trustedRootCertificates }: Service,
  now: EpochSeconds,
): Promise<void> {
  if (trustedRootCertificates.length === 0) throw new Refusal('tls-roots-missing')
  if (path.length > LIMIT_PATH) throw new Refusal('tls-path-missing')
  const readRoots = () => trustedRootCertificates.flatMap(readListed)
  const trusted = await convertErrors(readRoots, 'tls-root-malformed', 'tls-root-not-x509')
  const sent = path.flatMap(readSent)
  const fault = await convertErrors(() => chainFault(der, trusted, sent, now), 'tls-path-invalid')
  if (fault !== undefined) throw new Refusal(FAULT_REASON[fault])
}

/** Leaves out a text that counts as absent. */
function readListed(text: string): Der[] {
  const der = readCertificate(text)
  return der === undefined ? [] : [der]
}

/** Leaves out an entry that counts as absent. */
function readSent(presented: PresentedCertificate): Der[] {
  if (presented === 'absent') return []
  if ('malformed' in presented) throw new Refusal('tls-path-missing')
  return [presented.der]
}

/**
 * Runs `read`, and turns its error for a malformed certificate or name into a Refusal.
 *
 * @param notX509 the reason for a text that can be decoded but is not a certificate
 */
async function convertErrors<T>(
  read: () => T | Promise<T>,
  malformed: Reason,
  notX509: Reason = malformed,
): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    if (cause instanceof MalformedDistinguishedName) throw new Refusal(malformed, { cause })
    if (!(cause instanceof MalformedCertificate)) throw cause
    throw new Refusal(cause.reason === 'not-a-certificate' ? notX509 : malformed, { cause })
  }
}

const SAN_REASON = {
  dns: 'tls-san-dns-differs',
  uri: 'tls-san-uri-differs',
  ip: 'tls-san-ip-differs',
  email: 'tls-san-email-differs',
} as const satisfies Record<SanKind, Reason>

/** RFC 8705 section 2.1.2: exactly one of the five settings identifies the client. */
async function requireRegisteredSubject(client: Client, { subject, san }: Subject): Promise<void> {
  const { tlsClientAuthSubjectDn: name } = client
  const names = SAN_SETTINGS.filter(([setting]) => client[setting] !== undefined)
  const { length: count } = subjectNames(client)
  if (count === 0) throw new Refusal('tls-subject-unregistered')
  if (count > 1) throw new Refusal('tls-subject-ambiguous')
  for (const [setting, kind] of names) {
    if (!matchesSan(kind, client[setting] ?? '', san)) throw new Refusal(SAN_REASON[kind])
  }
  if (name === undefined) return
  const registered = await convertErrors(() => parseDistinguishedName(name), 'tls-subject-malformed')
  if (isSameName(subject, registered)) return
  throw new Refusal(isReversed(subject, registered) ? 'subject-reversed' : 'tls-subject-differs')
}
