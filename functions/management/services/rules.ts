import { readListedAuthority } from '../authority.ts'
import { KEY_SETTINGS } from './settings-schema.ts'
import { isScopeDuration, SCOPE_DURATIONS } from '../../../shared/token/lifetimes.ts'
import { isIssuedBy } from '../../../shared/certificate/issuer.ts'
import { parseSecureUrl } from '../../../shared/resource-url.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { parseScope } from '../../../shared/request/scope.ts'
import { settingsOf } from '../../../shared/store/profile.ts'
import type { Service } from '../../../shared/store/service.ts'
import { accessTokenKey } from '../../../shared/token/sign.ts'

/** Checks the rules of a service's settings that its schema cannot express. @throws Refusal service-… */
export function checkService(service: Service): void {
  checkIssuer(service.issuer)
  checkScopes(service.supportedScopes)
  checkSigning(service)
  const { violations } = settingsOf(service)
  if (violations.length > 0) throw new Refusal('service-not-fapi2', { named: violations.join(', ') })
  checkAuthorities(service)
  for (const name of ENDPOINTS) {
    const uri = service[name]
    if (uri !== undefined && !URL.canParse(uri))
      throw new Refusal('service-value-unsupported', { named: name })
  }
}

/** With a limit, a mistake in the unit cannot invalidate all tokens for decades. */
const MAX_AHEAD_SECONDS = 3600

/** A cut-off must not move back, because tokens that were cut off stay invalid. @throws Refusal service-value-unsupported */
export function checkCutOff(before: Service, { tokensNotBefore }: Service, now: number): void {
  const isBack = (tokensNotBefore ?? 0) < (before.tokensNotBefore ?? 0)
  const isFar = tokensNotBefore !== undefined && tokensNotBefore > now + MAX_AHEAD_SECONDS
  if (isBack || isFar) throw new Refusal('service-value-unsupported', { named: 'tokensNotBefore' })
}

const ENDPOINTS = [
  'authorizationEndpoint',
  'pushedAuthReqEndpoint',
  'tokenEndpoint',
  'revocationEndpoint',
  'introspectionEndpoint',
  'userInfoEndpoint',
  'certificateAnnouncementEndpoint',
  'jwksUri',
] as const

/** RFC 8414 section 2: https, no query, no fragment. Plain http is allowed on loopback addresses only. */
function checkIssuer(issuer: string): void {
  if (issuer === '') throw new Refusal('service-issuer-missing')
  if (parseSecureUrl(issuer) === undefined || /[?#]/.test(issuer)) {
    throw new Refusal('service-value-unsupported', { named: 'issuer' })
  }
}

function checkScopes(scopes: Service['supportedScopes']): void {
  for (const [index, { name, attributes = [] }] of scopes.entries()) {
    const named = String(index)
    if (name === '') throw new Refusal('service-scope-unnamed', { named })
    if (name.includes(' ') || parseScope(name) === 'malformed') {
      throw new Refusal('service-scope-malformed', { named })
    }
    if (scopes.findIndex((scope) => scope.name === name) < index) {
      throw new Refusal('service-scope-duplicate', { named })
    }
    const deciding = attributes.find(({ key = '' }) => DECIDING_ATTRIBUTES.includes(key))
    if (deciding !== undefined)
      throw new Refusal('service-setting-not-offered', { named: 'supportedScopes.attributes' })
    if (attributes.some(isWrongDuration))
      throw new Refusal('service-value-unsupported', { named: 'supportedScopes.attributes' })
  }
}

/** In Authlete these scope attributes match patterns or require profiles, which is not supported. */
const DECIDING_ATTRIBUTES = ['regex', 'fapi', 'fapi2']

type Attribute = NonNullable<Service['supportedScopes'][number]['attributes']>[number]

function isWrongDuration({ key, value = '' }: Attribute): boolean {
  return SCOPE_DURATIONS.some((duration) => duration === key) && !isScopeDuration(value)
}

function checkSigning(service: Service): void {
  const { accessTokenSignAlg, jwks } = service
  for (const named of KEY_SETTINGS) {
    const isKnown = service[named] === undefined || jwks.some(({ kid }) => kid === service[named])
    if (!isKnown) throw new Refusal('service-signing-key-missing', { named })
  }
  if (accessTokenSignAlg !== undefined && accessTokenKey(service) === undefined)
    throw new Refusal('service-signing-key-missing', { named: 'accessTokenSignAlg' })
}

/** No client could authenticate without a root, and a certificate that does not belong to an authority would have no effect. */
function checkAuthorities(service: Service): void {
  const { mutualTlsValidatePkiCertChain, trustedRootCertificates, clientCertificateIssuers = [] } = service
  const trusted = trustedRootCertificates.map((text, index) => {
    const named = String(index)
    return readListedAuthority(text, new Refusal('service-root-malformed', { named }))
  })
  if (mutualTlsValidatePkiCertChain && !trusted.some((der) => isIssuedBy(der, der))) {
    throw new Refusal('service-roots-missing')
  }
  const named = 'clientCertificateIssuers'
  for (const text of clientCertificateIssuers) {
    readListedAuthority(text, new Refusal('service-value-unsupported', { named }))
  }
  for (const { issuerCertificate } of service.clientCertificatesNotBefore) {
    const refusal = new Refusal('service-value-unsupported', { named: 'clientCertificatesNotBefore' })
    readListedAuthority(issuerCertificate, refusal)
  }
  // Without notes, standard introspection would not know the issuer of a certificate.
  if (service.clientCertificatesNotBefore.length > 0 && !service.certificateInventory)
    throw new Refusal('service-inventory-needed')
}
