import { MalformedDistinguishedName, parseDistinguishedName } from '../../../shared/certificate/subject-dn.ts'
import { Refusal } from '../../../shared/oauth/refusal.ts'
import { clientNumber } from '../../../shared/store/registry.ts'
import type { ClientSettings } from './request.ts'
import { JwkSet } from './settings-schema.ts'

/** What the messages of A031204 say. */
const MAX_LENGTH = 200
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/

/**
 * What a client's settings must be beyond their types (contract, section 7.7).
 *
 * @throws Refusal client-…
 */
export async function checkClient(settings: ClientSettings): Promise<void> {
  checkAlias(settings.clientIdAlias)
  checkRedirectUris(settings.redirectUris)
  checkExtension(settings.extension)
  checkJwks(settings.jwks)
  await checkCertificateSubject(settings)
}

/** A number in decimal would name the client that has it, never this one. */
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

/** RFC 3986 section 2: reserved and unreserved characters and escapes. */
const WELL_FORMED = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
/** RFC 3986 section 3: a scheme, and something behind it. With an authority there is a host. */
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/[^/?#]|[^/]|\/[^/])/
const RUN_BY_BROWSERS = /^(?:javascript|data|vbscript|blob|file):/i

function checkExtension(extension: ClientSettings['extension']): void {
  if (extension === undefined) return
  const { accessTokenDuration = 0, refreshTokenDuration = 0, idTokenDuration = 0 } = extension
  if (accessTokenDuration < 0) throw new Refusal('client-setting-negative', { named: 'accessTokenDuration' })
  if (refreshTokenDuration < 0)
    throw new Refusal('client-setting-negative', { named: 'refreshTokenDuration' })
  if (idTokenDuration !== 0) throw new Refusal('client-setting-not-offered', { named: 'idTokenDuration' })
  if (extension.tokenExchangePermitted) {
    throw new Refusal('client-setting-not-offered', { named: 'tokenExchangePermitted' })
  }
}

/** A client's keys are public ones (RFC 7591 section 2). */
function checkJwks(jwks: string | undefined): void {
  if (jwks === undefined) return
  const keys = keysOf(jwks)
  if (keys === undefined || keys.some((key) => PRIVATE_MEMBERS.some((name) => name in key))) {
    throw new Refusal('client-jwks-malformed', { named: 'jwks' })
  }
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

function keysOf(text: string): readonly object[] | undefined {
  try {
    const set = JwkSet.safeParse(JSON.parse(text))
    return set.success ? set.data.keys : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** RFC 8705 section 2.1.2: exactly one of the five says who the client is. */
async function checkCertificateSubject(settings: ClientSettings): Promise<void> {
  const { tlsClientAuthSubjectDn, tokenAuthMethod } = settings
  const set = SUBJECTS.filter((name) => settings[name] !== undefined)
  const [only] = set
  if (set.length > 1) throw new Refusal('client-subjects-several')
  if (tokenAuthMethod === 'TLS_CLIENT_AUTH' && only === undefined) throw new Refusal('client-subject-missing')
  if (only === undefined) return
  if (tlsClientAuthSubjectDn === undefined) throw new Refusal('client-setting-not-offered', { named: only })
  try {
    await parseDistinguishedName(tlsClientAuthSubjectDn)
  } catch (error) {
    if (!(error instanceof MalformedDistinguishedName)) throw error
    throw new Refusal('client-subject-malformed', { named: 'tlsClientAuthSubjectDn' })
  }
}

const SUBJECTS = [
  'tlsClientAuthSubjectDn',
  'tlsClientAuthSanDns',
  'tlsClientAuthSanUri',
  'tlsClientAuthSanIp',
  'tlsClientAuthSanEmail',
] as const
