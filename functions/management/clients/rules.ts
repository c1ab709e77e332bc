import { parseJwksUri } from '../../../shared/authentication/jwks-uri.ts'
import { type Jwk, privateMemberOf, publicKeyOfJwk } from '../../../shared/certificate/jwk-set.ts'
import { JWS_ALGORITHMS } from '../../../shared/certificate/jws-algorithms.ts'
import { isUnsafeToVerify, keyStrength } from '../../../shared/certificate/public-key.ts'
import { LIMITS } from '../../../shared/limits.ts'
import { MAX_DURATION_SECONDS } from '../../../shared/epoch-seconds.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import { parseNumber } from '../../../shared/store/identity.ts'
import type { ClientSettings } from './request.ts'

/** The reason to refuse a setting, and the setting or the index in it that the message names. */
export type Fault = readonly [reason: Reason, named?: string]

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

/** The rules of single settings that a schema cannot express (Authlete contract, section 7.7). */
export function faultOfSettings(settings: ClientSettings): Fault | undefined {
  const { clientIdAlias, redirectUris, extension, defaultAcrs } = settings
  const fault =
    faultOfAlias(clientIdAlias) ?? faultOfRedirectUris(redirectUris) ?? faultOfExtension(extension)
  if (fault !== undefined) return fault
  // They are the default of `acr_values`, so both have one limit.
  const isLong = Buffer.byteLength(defaultAcrs.join(' ')) > LIMITS.acrValues
  return isLong ? ['client-value-unsupported', 'defaultAcrs'] : undefined
}

/** An alias must not look like a number, or it could be the number of another client. */
function faultOfAlias(alias: string | undefined): Fault | undefined {
  if (alias === undefined) return undefined
  if (!PRINTABLE_ASCII.test(alias)) return ['client-setting-not-ascii', 'clientIdAlias']
  if (alias.length > LIMITS.setting) return ['client-setting-too-long', 'clientIdAlias']
  return parseNumber(alias) === undefined ? undefined : ['client-setting-invalid', 'clientIdAlias']
}

function faultOfRedirectUris(uris: readonly string[]): Fault | undefined {
  for (const [index, uri] of uris.entries()) {
    const named = String(index)
    if (!PRINTABLE_ASCII.test(uri)) return ['client-setting-not-ascii', 'redirectUris']
    if (uri.length > LIMITS.setting) return ['client-setting-too-long', 'redirectUris']
    if (!WELL_FORMED.test(uri)) return ['redirect-uri-malformed', named]
    if (!ABSOLUTE.test(uri)) return ['redirect-uri-relative', named]
    if (uri.includes('#')) return ['redirect-uri-with-fragment', named]
    if (uris.indexOf(uri) < index) return ['redirect-uri-duplicate', named]
    if (RUN_BY_BROWSERS.test(uri)) return ['client-value-unsupported', 'redirectUris']
  }
  return undefined
}

/** RFC 3986 section 2: reserved characters, unreserved characters and escapes. */
const WELL_FORMED = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
/** RFC 3986 section 3: a scheme followed by more text. An authority must have a host. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]|[^/]|\/[^/])/
const RUN_BY_BROWSERS = /^(?:javascript|data|vbscript|blob|file):/i

function faultOfExtension(extension: ClientSettings['extension']): Fault | undefined {
  if (extension === undefined) return undefined
  const { accessTokenDuration = 0, refreshTokenDuration = 0, idTokenDuration = 0 } = extension
  if (accessTokenDuration < 0) return ['client-setting-negative', 'accessTokenDuration']
  if (Math.max(accessTokenDuration, refreshTokenDuration, idTokenDuration) > MAX_DURATION_SECONDS)
    return ['client-setting-invalid', 'extension']
  if (refreshTokenDuration < 0) return ['client-setting-negative', 'refreshTokenDuration']
  if (idTokenDuration < 0) return ['client-setting-negative', 'idTokenDuration']
  return extension.tokenExchangePermitted
    ? ['client-setting-not-offered', 'tokenExchangePermitted']
    : undefined
}

/** The keys are `undefined` if the JWK Set is malformed. */
export type Keys = readonly Jwk[] | undefined

/** RFC 7518 section 3.1. */
const SYMMETRIC = /^HS(?:256|384|512)$/

/** A client's keys must be public (RFC 7591 section 2), and of the kind that its method needs. */
export function faultOfKeys(keys: Keys, { jwksUri, tokenAuthSignAlg }: ClientSettings): Fault | undefined {
  const privateMember = faultOfPrivateKeys(keys)
  if (privateMember !== undefined) return privateMember
  if (keys === undefined || keys.some(isUnreadable)) return ['client-jwks-malformed', 'jwks']
  if (keys.length > LIMITS.keys) return ['client-keys-too-many']
  const unsafe = keys.findIndex(isUnsafe)
  if (unsafe >= 0) return ['client-key-unsafe', String(unsafe)]
  if (jwksUri !== undefined && parseJwksUri(jwksUri) === undefined)
    return ['client-setting-invalid', 'jwksUri']
  if (tokenAuthSignAlg === undefined) return undefined
  if (SYMMETRIC.test(tokenAuthSignAlg)) return ['client-algorithm-symmetric', 'tokenAuthSignAlg']
  return JWS_ALGORITHMS.has(tokenAuthSignAlg) ? undefined : ['client-value-unsupported', 'tokenAuthSignAlg']
}

/** The message names the private member but never has its value. */
function faultOfPrivateKeys(keys: Keys = []): Fault | undefined {
  for (const [index, key] of keys.entries()) {
    const name = privateMemberOf(key)
    if (name !== undefined) return ['client-key-private', `keys[${String(index)}].${name}`]
  }
  return undefined
}

/** Finds invalid keys, for example with a point outside of the curve (RFC 8725 section 3.4). Unused key types are accepted. */
function isUnreadable(key: Jwk): boolean {
  return ['EC', 'RSA', 'OKP'].includes(String(key['kty'])) && publicKeyOfJwk(key) === undefined
}

function isUnsafe(key: Jwk): boolean {
  const publicKey = publicKeyOfJwk(key)
  return publicKey !== undefined && isUnsafeToVerify(keyStrength(publicKey))
}
