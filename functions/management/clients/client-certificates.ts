import { canIssue } from '../../../shared/certificate/path/can-issue.ts'
import { registeredCertificates } from '../../../shared/certificate/registered-certificates.ts'
import { isSanValue } from '../../../shared/certificate/subject-alternative-names.ts'
import { MalformedDistinguishedName, parseDistinguishedName } from '../../../shared/certificate/subject-dn.ts'
import { AUTHENTICATION_METHODS, type MethodNeeds } from '../../../shared/store/authentication-methods.ts'
import { type Client, SAN_SETTINGS, subjectNames } from '../../../shared/store/client.ts'
import { trustsAnyIssuer } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { ClientSettings } from './request.ts'
import type { Fault, Keys } from './rules.ts'

type About = Parameters<typeof faultOfCertificates>
type FaultOfNeed = (...about: About) => Fault | undefined | Promise<Fault | undefined>

/** The checks for each need of a method. The service makes the secret, and the client may register its keys later. */
const FAULTS_OF_NEEDS: Readonly<Record<MethodNeeds, FaultOfNeed>> = {
  nothing: () => undefined,
  secret: () => undefined,
  keys: () => undefined,
  name: (_, settings) => (subjectNames(settings).length === 0 ? ['client-subject-missing'] : undefined),
  certificates: faultOfCertificates,
}

/** Why a client cannot be authenticated by its method and its certificates or their names. */
export async function faultOfMethod(...about: About): Promise<Fault | undefined> {
  const [, settings] = about
  const { needs } = AUTHENTICATION_METHODS[settings.tokenAuthMethod ?? 'NONE']
  return (await FAULTS_OF_NEEDS[needs](...about)) ?? (await faultOfSubject(settings))
}

/**
 * A self-signed certificate has to be in the trust store. If it can issue others, its holder can make one with the name of any other
 * client, unless `clientCertificateIssuers` stops that. The client keeps a certificate that it has registered already.
 */
async function faultOfCertificates(
  keys: Keys,
  { jwksUri, selfSignedCertificateKeyId: keyId }: ClientSettings,
  service: Service,
  before: Client | undefined,
): Promise<Fault | undefined> {
  if (jwksUri !== undefined) return undefined
  const registered = registeredCertificates({ keys }, keyId)
  if (typeof registered === 'string') return ['client-setting-invalid', 'jwks']
  if (!trustsAnyIssuer(service)) return undefined
  const earlier =
    before !== undefined &&
    AUTHENTICATION_METHODS[before.tokenAuthMethod].needs === 'certificates' &&
    registeredCertificates(before.jwks, before.selfSignedCertificateKeyId)
  for (const [thumbprint, der] of registered) {
    const isKnown = typeof earlier === 'object' && earlier.has(thumbprint)
    if (!isKnown && (await canIssue(der))) return ['client-certificate-issues']
  }
  return undefined
}

/** RFC 8705 section 2.1.2: exactly one of the five subject settings identifies the client. */
async function faultOfSubject(settings: ClientSettings): Promise<Fault | undefined> {
  const { tlsClientAuthSubjectDn: name } = settings
  const names = SAN_SETTINGS.filter(([setting]) => settings[setting] !== undefined)
  if (subjectNames(settings).length > 1) return ['client-subjects-several']
  // No certificate can match such a value (requirement A07, decision D15).
  const unusable = names.find(([named, kind]) => !isSanValue(kind, settings[named] ?? ''))
  if (unusable !== undefined) return ['client-setting-invalid', unusable[0]]
  if (name === undefined || (await isDistinguishedName(name))) return undefined
  if (name.trimStart().startsWith('/')) return ['client-subject-slashes', 'tlsClientAuthSubjectDn']
  return ['client-subject-malformed', 'tlsClientAuthSubjectDn']
}

async function isDistinguishedName(text: string): Promise<boolean> {
  try {
    await parseDistinguishedName(text)
    return true
  } catch (error) {
    if (!(error instanceof MalformedDistinguishedName)) throw error
    return false
  }
}
