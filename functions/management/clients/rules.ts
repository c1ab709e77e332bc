import { canIssue } from '../../../shared/certificate/path/can-issue.ts'
import { isPrivate, type Jwk, MAX_KEYS, publicKeyOfJwk } from '../../../shared/certificate/jwk-set.ts'
import { isUnsafeToVerify, keyStrength } from '../../../shared/certificate/public-key.ts'
import { registeredCertificates } from '../../../shared/certificate/registered-certificates.ts'
import { isSanValue } from '../../../shared/certificate/subject-alternative-names.ts'
import { MalformedDistinguishedName, parseDistinguishedName } from '../../../shared/certificate/subject-dn.ts'
import { trustsAnyIssuer } from '../../../shared/store/profile.ts'
import { parseJwksUri } from '../../../shared/authentication/jwks-uri.ts'
import { ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { isStorable, parseJson } from '../../../shared/json.ts'
import { MAX_DURATION_SECONDS } from '../../../shared/epoch-seconds.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { AUTHENTICATION_METHODS, type MethodNeeds } from '../../../shared/store/authentication-methods.ts'
import { type Client, SAN_SETTINGS, subjectNames } from '../../../shared/store/client.ts'
import { clientNumber } from '../../../shared/store/registry.ts'
import type { Service } from '../../../shared/store/service.ts'
import type { ClientSettings } from './request.ts'
import { ClientJwkSet } from './settings-schema.ts'

/** The message of A031204 has this number. */
const MAX_LENGTH = 200
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

/**
 * Checks the rules of a client's settings that its schema cannot express (Authlete contract, section 7.7).
 *
 * @param before the client that the settings replace
 * @throws Refusal client-…
 */
export async function checkClient(
  settings: ClientSettings,
  service: Service,
  before?: Client,
): Promise<void> {
  checkAlias(settings.clientIdAlias)
  checkRedirectUris(settings.redirectUris)
  checkExtension(settings.extension)
  // They stand for `acr_values`, which has the same limit.
  if (Buffer.byteLength(settings.defaultAcrs.join(' ')) > 2048)
    throw new Refusal('client-value-unsupported', { named: 'defaultAcrs' })
  checkClientKeys(settings)
  const { needs } = AUTHENTICATION_METHODS[settings.tokenAuthMethod ?? 'NONE']
  await CHECK_NEEDS[needs](settings, service, before)
  await checkCertificateSubject(settings)
}

/** An alias must not look like a number, or it could be the number of another client. */
function checkAlias(alias: string | undefined): void {
  if (alias === undefined) return
  if (!PRINTABLE_ASCII.test(alias)) throw new Refusal('client-setting-not-ascii', { named: 'clientIdAlias' })
  if (alias.length > MAX_LENGTH) throw new Refusal('client-setting-too-long', { named: 'clientIdAlias' })
  if (clientNumber(alias) !== undefined)
    throw new Refusal('client-setting-invalid', { named: 'clientIdAlias' })
}

function checkRedirectUris(uris: readonly string[]): void {
  for (const [index, uri] of uris.entries()) {
    const named = String(index)
    if (!PRINTABLE_ASCII.test(uri)) throw new Refusal('client-setting-not-ascii', { named: 'redirectUris' })
    if (uri.length > MAX_LENGTH) throw new Refusal('client-setting-too-long', { named: 'redirectUris' })
    if (!WELL_FORMED.test(uri)) throw new Refusal('redirect-uri-malformed', { named })
    if (!ABSOLUTE.test(uri)) throw new Refusal('redirect-uri-relative', { named })
    if (uri.includes('#')) throw new Refusal('redirect-uri-with-fragment', { named })
    if (uris.indexOf(uri) < index) throw new Refusal('redirect-uri-duplicate', { named })
    if (RUN_BY_BROWSERS.test(uri)) throw new Refusal('client-value-unsupported', { named: 'redirectUris' })
  }
}

/** RFC 3986 section 2: reserved characters, unreserved characters and escapes. */
const WELL_FORMED = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
/** RFC 3986 section 3: a scheme followed by something. If it has an authority, that has a host. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]|[^/]|\/[^/])/
const RUN_BY_BROWSERS = /^(?:javascript|data|vbscript|blob|file):/i

function checkExtension(extension: ClientSettings['extension']): void {
  if (extension === undefined) return
  const { accessTokenDuration = 0, refreshTokenDuration = 0, idTokenDuration = 0 } = extension
  if (accessTokenDuration < 0) throw new Refusal('client-setting-negative', { named: 'accessTokenDuration' })
  if (Math.max(accessTokenDuration, refreshTokenDuration, idTokenDuration) > MAX_DURATION_SECONDS) {
    throw new Refusal('client-setting-invalid', { named: 'extension' })
  }
  if (refreshTokenDuration < 0)
    throw new Refusal('client-setting-negative', { named: 'refreshTokenDuration' })
  if (idTokenDuration < 0) throw new Refusal('client-setting-negative', { named: 'idTokenDuration' })
  if (extension.tokenExchangePermitted) {
    throw new Refusal('client-setting-not-offered', { named: 'tokenExchangePermitted' })
  }
}

/** A client's keys must be public (RFC 7591 section 2), and of the kind that its method needs. */
function checkClientKeys({ jwks, jwksUri, tokenAuthSignAlg }: ClientSettings): void {
  const keys = jwks === undefined ? [] : keysOf(jwks)
  if (keys === undefined || keys.some((key) => isPrivate(key) || isUnreadable(key))) {
    throw new Refusal('client-jwks-malformed', { named: 'jwks' })
  }
  if (keys.length > MAX_KEYS) throw new Refusal('client-keys-too-many')
  const unsafe = keys.findIndex(isUnsafe)
  if (unsafe >= 0) throw new Refusal('client-key-unsafe', { named: String(unsafe) })
  if (jwksUri !== undefined && parseJwksUri(jwksUri) === undefined) {
    throw new Refusal('client-setting-invalid', { named: 'jwksUri' })
  }
  if (tokenAuthSignAlg !== undefined && SYMMETRIC.test(tokenAuthSignAlg)) {
    throw new Refusal('client-algorithm-symmetric', { named: 'tokenAuthSignAlg' })
  }
  if (tokenAuthSignAlg !== undefined && !ALGORITHMS.has(tokenAuthSignAlg)) {
    throw new Refusal('client-value-unsupported', { named: 'tokenAuthSignAlg' })
  }
}

/** RFC 7518 section 3.1. */
const SYMMETRIC = /^HS(?:256|384|512)$/

/** Finds invalid keys, for example with a point outside of the curve (RFC 8725 section 3.4). Unused key types are accepted. */
function isUnreadable(key: Jwk): boolean {
  return ['EC', 'RSA', 'OKP'].includes(String(key['kty'])) && publicKeyOfJwk(key) === undefined
}

function isUnsafe(key: Jwk): boolean {
  const publicKey = publicKeyOfJwk(key)
  return publicKey !== undefined && isUnsafeToVerify(keyStrength(publicKey))
}

function keysOf(text: string): readonly Jwk[] | undefined {
  const set = parseJson(text)
  return isStorable(set) ? ClientJwkSet.safeParse(set).data?.keys : undefined
}

/**
 * A self-signed certificate has to be in the trust store. If it can issue others, its holder can make one with the name of any other
 * client, unless `clientCertificateIssuers` stops that. The client keeps a certificate that it has registered already.
 */
async function checkCertificates(
  { jwks, jwksUri, selfSignedCertificateKeyId: keyId }: ClientSettings,
  service: Service,
  before: Client | undefined,
): Promise<void> {
  if (jwksUri !== undefined) return
  const registered = registeredCertificates({ keys: jwks === undefined ? [] : keysOf(jwks) }, keyId)
  if (typeof registered === 'string') throw new Refusal('client-setting-invalid', { named: 'jwks' })
  if (!trustsAnyIssuer(service)) return
  const earlier =
    before !== undefined &&
    AUTHENTICATION_METHODS[before.tokenAuthMethod].needs === 'certificates' &&
    registeredCertificates(before.jwks, before.selfSignedCertificateKeyId)
  for (const [thumbprint, der] of registered) {
    const isKnown = typeof earlier === 'object' && earlier.has(thumbprint)
    if (!isKnown && (await canIssue(der))) throw new Refusal('client-certificate-issues')
  }
}

/** The checks of what a method needs. A secret is made here, and keys may be registered later. */
const CHECK_NEEDS: Readonly<
  Record<MethodNeeds, (...about: Parameters<typeof checkCertificates>) => void | Promise<void>>
> = {
  nothing: () => undefined,
  secret: () => undefined,
  keys: () => undefined,
  name: requireName,
  certificates: checkCertificates,
}

function requireName(settings: ClientSettings): void {
  if (subjectNames(settings).length === 0) throw new Refusal('client-subject-missing')
}

/** RFC 8705 section 2.1.2: exactly one of the five subject settings identifies the client. */
async function checkCertificateSubject(settings: ClientSettings): Promise<void> {
  const { tlsClientAuthSubjectDn: name } = settings
  const names = SAN_SETTINGS.filter(([setting]) => settings[setting] !== undefined)
  if (subjectNames(settings).length > 1) throw new Refusal('client-subjects-several')
  for (const [named, kind] of names) {
    // No certificate can match such a value (requirement A07, decision D15).
    if (!isSanValue(kind, settings[named] ?? '')) throw new Refusal('client-setting-invalid', { named })
  }
  if (name !== undefined) await checkSubjectName(name)
}

async function checkSubjectName(name: string): Promise<void> {
  try {
    await parseDistinguishedName(name)
  } catch (error) {
    if (!(error instanceof MalformedDistinguishedName)) throw error
    throw new Refusal('client-subject-malformed', { named: 'tlsClientAuthSubjectDn' })
  }
}
