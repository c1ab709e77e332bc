import { issuedByOneOf } from '../certificate/issuer.ts'
import { readSubject, type Subject } from '../certificate/names.ts'
import { type Der, MalformedCertificate, readCertificate } from '../certificate/pem.ts'
import { isWeakKey } from '../certificate/public-key.ts'
import { isRegistered, registeredCertificates } from '../certificate/registered-certificates.ts'
import { matchesSan, type SanKind } from '../certificate/subject-alternative-names.ts'
import { MalformedDistinguishedName, namesEqual, parseDistinguishedName } from '../certificate/subject-dn.ts'
import type { Runtime } from '../runtime.ts'
import type { Client } from '../store/client.ts'
import type { Service } from '../store/service.ts'
import { findInKeys } from './client-keys.ts'
import { refuseOthers } from './other-credentials.ts'
import type { PresentedCredentials } from './presented-credentials.ts'
import { type Reason, Refusal } from './refusal.ts'

type Surroundings = Pick<Runtime, 'now'>

/** RFC 8705 section 2.1: the terminator has judged the chain, the one registered subject value names the client. */
export async function bySubjectOfCertificate(
  client: Client,
  presented: PresentedCredentials,
  service: Service,
  { now }: Surroundings,
): Promise<void> {
  const der = presentedCertificate(client, presented)
  const subject = await subjectOf(der)
  await judgeSubject(client, subject)
  if (isWeakKey(subject)) throw new Refusal('tls-key-weak')
  // A resumed TLS connection may carry a certificate that has expired since (design, section 4).
  if (now() < subject.notBefore || now() > subject.notAfter)
    throw new Refusal('tls-certificate-outside-dates')
  const { clientCertificateIssuers } = service
  if (clientCertificateIssuers !== undefined && !issuedByOneOf(der, clientCertificateIssuers)) {
    throw new Refusal('tls-issuer-unknown')
  }
}

/** RFC 8705 section 2.2: the whole certificate is registered. Chain and dates are not judged (requirements A20). */
export async function byRegisteredCertificate(
  client: Client,
  presented: PresentedCredentials,
  _service: Service,
  { now }: Surroundings,
): Promise<void> {
  const der = presentedCertificate(client, presented)
  let reason: Reason = 'self-signed-unregistered'
  const matched = await findInKeys(client, now(), (jwks) => {
    const registered = registeredCertificates(jwks, client.selfSignedCertificateKeyId)
    if (registered === 'no-certificate' && jwks.keys.length > 0) reason = 'self-signed-without-certificate'
    if (typeof registered === 'string') return undefined
    reason = 'self-signed-differs'
    return isRegistered(der, registered) ? true : undefined
  })
  if (matched !== true) throw new Refusal(reason)
}

function presentedCertificate(client: Client, { basic, form, certificate }: PresentedCredentials): Der {
  if (client.clientType === 'PUBLIC') throw new Refusal('method-for-public')
  refuseOthers(client, basic?.clientSecret, form.clientSecret, form.clientAssertion)
  try {
    const der = readCertificate(certificate)
    if (der === undefined) throw new Refusal('tls-certificate-missing')
    return der
  } catch (error) {
    throw refusalOf(error)
  }
}

function refusalOf(error: unknown): unknown {
  if (!(error instanceof MalformedCertificate)) return error
  const isOther = error.reason === 'not-a-certificate'
  return new Refusal(isOther ? 'tls-certificate-not-x509' : 'tls-certificate-unreadable', { cause: error })
}

async function subjectOf(der: Der): Promise<Subject> {
  try {
    return await readSubject(der)
  } catch (error) {
    if (error instanceof MalformedCertificate) throw new Refusal('tls-certificate-not-x509', { cause: error })
    throw error
  }
}

const SAN_REASON = {
  dns: 'tls-san-dns-differs',
  uri: 'tls-san-uri-differs',
  ip: 'tls-san-ip-differs',
  email: 'tls-san-email-differs',
} as const satisfies Record<SanKind, Reason>

async function judgeSubject(client: Client, { subject, san }: Subject): Promise<void> {
  const { tlsClientAuthSubjectDn } = client
  const names = registeredNames(client)
  const [name, ...more] = names
  if (tlsClientAuthSubjectDn === undefined && name === undefined)
    throw new Refusal('tls-subject-unregistered')
  if (more.length > 0 || (tlsClientAuthSubjectDn !== undefined && name !== undefined)) {
    throw new Refusal('tls-subject-ambiguous')
  }
  if (name !== undefined) {
    if (!matchesSan(name.kind, name.value, san)) throw new Refusal(SAN_REASON[name.kind])
    return
  }
  const registered = await registeredDn(tlsClientAuthSubjectDn ?? '')
  if (!namesEqual(subject, registered)) throw new Refusal('tls-subject-differs')
}

function registeredNames(client: Client): { readonly kind: SanKind; readonly value: string }[] {
  const values: Readonly<Record<SanKind, string | undefined>> = {
    dns: client.tlsClientAuthSanDns,
    uri: client.tlsClientAuthSanUri,
    ip: client.tlsClientAuthSanIp,
    email: client.tlsClientAuthSanEmail,
  }
  return (['dns', 'uri', 'ip', 'email'] as const).flatMap((kind) => {
    const value = values[kind]
    return value === undefined ? [] : [{ kind, value }]
  })
}

async function registeredDn(text: string) {
  try {
    return await parseDistinguishedName(text)
  } catch (error) {
    if (error instanceof MalformedDistinguishedName)
      throw new Refusal('tls-subject-malformed', { cause: error })
    throw error
  }
}
