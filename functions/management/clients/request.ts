import * as z from 'zod/mini'
import {
  readPresented,
  type PresentedCertificate,
  type ReadCertificate,
} from '../../../shared/certificate/presented.ts'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { readIfMatch } from '../../../shared/request/if-match.ts'
import { certificateMembers } from '../../../shared/request/certificate-members.ts'
import { DEFAULT_PAGE, pageSizeMember, RANGE, type Range } from '../../../shared/request/range.ts'
import { readCall, readJsonObject, withoutEmpty } from '../../../shared/request/body.ts'
import { parseSettings } from '../../../shared/request/settings-body.ts'
import { clientSettings } from '../../../shared/store/client.ts'
import { flag, TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import { listReason } from '../listing.ts'
import { isVersion3, readClientInPath, requestedClient, type RequestedClient } from '../requested-client.ts'
import { fromPageToken } from './page-token.ts'
import { CARRIED_BY_CLIENTS, CLIENT_RULES } from './settings-schema.ts'

const wholeNumber = z.optional(z.number().check(z.int()))

/** Java clients send `false` and 0 for absent members, in the extension too. */
const Extension = z.pipe(
  z.transform((value: unknown) =>
    typeof value === 'object' && value !== null ? withoutEmpty(value) : value,
  ),
  z.object({
    requestableScopesEnabled: flag,
    requestableScopes: z._default(z.array(z.string()), []),
    accessTokenDuration: wholeNumber,
    refreshTokenDuration: wholeNumber,
    idTokenDuration: wholeNumber,
    tokenExchangePermitted: flag,
  }),
)

/** The settings of a new client, or those that replace the settings of a client (Authlete contract, section 3.2). */
export const ClientSettings = z.object({
  ...clientSettings(),
  ...z.partial(z.object(CARRIED_BY_CLIENTS)).shape,
  /** The default depends on `clientType`. */
  tokenAuthMethod: z.optional(z.enum(TOKEN_AUTH_METHODS)),
  /** A JWK Set as text. */
  jwks: z.optional(z.string()),
  extension: z.optional(Extension),
  clientCertificateIssuers: z.optional(z.nullable(z.array(z.string()))),
  fapi2: z.optional(z.boolean()),
})
export type ClientSettings = z.infer<typeof ClientSettings>

export interface SettingsRequest {
  readonly settings: ClientSettings
  /** The members of CARRIED_BY_CLIENTS that the request has. */
  readonly carried: Readonly<Record<string, unknown>>
}

/** @throws Refusal client-body-empty, or for a wrong body or setting */
export function readClient(http: HttpRequest): SettingsRequest {
  if (http.body.length === 0) throw new Refusal('client-body-empty')
  const members = readJsonObject(http)
  const isLifted = members['clientCertificateIssuers'] === null
  const lifted = isLifted ? { clientCertificateIssuers: null } : {}
  const settings = parseSettings({ ...withoutEmpty(members), ...lifted }, ClientSettings, CLIENT_RULES)
  const carried = Object.entries(settings).filter(
    ([name, value]) => name in CARRIED_BY_CLIENTS && value !== undefined,
  )
  const aliasEnabled = isVersion3(http) || settings.clientIdAliasEnabled
  return {
    settings: { ...settings, clientIdAliasEnabled: aliasEnabled },
    carried: Object.fromEntries(carried),
  }
}

export interface ClientUpdateRequest extends RequestedClient, SettingsRequest {
  /** The versions of the client that may be changed. If absent, every version may. */
  readonly ifMatch: readonly string[] | undefined
}

/** @throws Refusal if-match-malformed, or as `readClient` */
export function readClientUpdate(http: HttpRequest): ClientUpdateRequest {
  return {
    ...readClientInPath('client-unknown-at-update')(http),
    ifMatch: readIfMatch(http),
    ...readClient(http),
  }
}

export const LockCall = z.object({ clientLocked: z.boolean() })

/** @throws Refusal member-wrong */
export function readLock(http: HttpRequest): RequestedClient & { readonly locked: boolean } {
  return { ...readClientInPath()(http), locked: readCall(http, LockCall).clientLocked }
}

export const SecretCall = z.object({ clientSecret: z._default(z.string(), '') })

export function readSecret(http: HttpRequest): RequestedClient & { readonly secret: string } {
  const named = readClientInPath('client-unknown-at-secret-update')(http)
  return { ...named, secret: readCall(http, SecretCall).clientSecret }
}

export const RequestableScopesCall = z.object({
  requestableScopes: z.optional(z.nullable(z.array(z.string()))),
})

/**
 * Authlete's clients leave the scopes out to lift the limit. An empty text must not do that, so the body is JSON.
 *
 * @throws Refusal body-malformed, member-wrong
 */
export function readRequestableScopes(
  http: HttpRequest,
): RequestedClient & { readonly scopes: readonly string[] | undefined } {
  const call = RequestableScopesCall.safeParse(readJsonObject(http))
  if (!call.success) throw new Refusal('member-wrong', { named: 'requestableScopes' })
  return { ...readClientInPath()(http), scopes: call.data.requestableScopes ?? undefined }
}

const PAGE = {
  search: z.optional(z.string().check(z.maxLength(200))),
  pageSize: z.optional(pageSizeMember),
  pageToken: z.optional(z.string()),
}

export const ClientListCall = z.object({ ...RANGE, developer: z.optional(z.string()), ...PAGE })

export interface Page {
  readonly size: number
  /** The page begins after the client with this number. */
  readonly after: number | undefined
}

export interface ListRequest extends Range {
  readonly developer?: string | undefined
  readonly search?: string | undefined
  /** If present, it is used instead of the range. */
  readonly page: Page | undefined
}

/** @throws Refusal list-…, member-wrong, member-refused */
export function readList(http: HttpRequest): ListRequest {
  const { pageSize, pageToken, ...list } = readCall(http, ClientListCall, listReason)
  if (pageSize === undefined && pageToken === undefined) return { ...list, page: undefined }
  const named = ['start', 'end'].find((name) => http.query.has(name))
  if (named !== undefined) throw new Refusal('member-refused', { named })
  return { ...list, page: readPage(pageSize, pageToken) }
}

/** @throws Refusal list-page-malformed */
function readPage(size = DEFAULT_PAGE, token: string | undefined): Page {
  const after = token === undefined ? undefined : fromPageToken(token)
  if (token !== undefined && after === undefined) throw new Refusal('list-page-malformed')
  return { size, after }
}

export const ExplanationCall = z.object({
  ...certificateMembers(),
  clientId: z.optional(z.string()),
  ...PAGE,
})

export interface ExplanationRequest {
  readonly certificate: ReadCertificate
  /** The further certificates that the client would send. */
  readonly certificatePath: readonly PresentedCertificate[] | undefined
  /** The only client to explain. If absent, the answer has a page of all clients. */
  readonly named: RequestedClient | undefined
  readonly search: string | undefined
  readonly page: Page
}

/** @throws Refusal list-page-malformed, member-wrong */
export function readExplanation(http: HttpRequest): ExplanationRequest {
  const { clientId, search, pageSize, pageToken, ...call } = readCall(http, ExplanationCall)
  const certificate = readPresented(call.clientCertificate)
  if (certificate === 'absent' || 'malformed' in certificate)
    throw new Refusal('member-wrong', { named: 'clientCertificate' })
  return {
    certificate,
    certificatePath: call.clientCertificatePath?.map(readPresented),
    named: clientId === undefined ? undefined : requestedClient(clientId),
    search,
    page: readPage(pageSize, pageToken),
  }
}
