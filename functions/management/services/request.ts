import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { RANGE, type Range, rangeReason } from '../../../shared/request/range.ts'
import { flagMember, readCall, readJsonObject, withoutEmpty } from '../../../shared/request/body.ts'
import { readSettings } from '../../../shared/request/settings-body.ts'
import {
  GRANT_TYPES,
  RESPONSE_TYPES,
  ROLES,
  Scope,
  SIGNING_ALGORITHMS,
  TOKEN_AUTH_METHODS,
} from '../../../shared/store/service.ts'
import { LIST_REASONS } from '../request.ts'
import { CARRIED, SERVICE_RULES } from './settings-schema.ts'

const texts = z.optional(z.nullable(z.array(z.string())))
const yesOrNo = z.boolean()
/** 0 is what Java writes for a duration that is not set. */
const duration = z.number().check(z.int(), z.nonnegative())
/** Ours, in milliseconds as all that is named so; whole seconds are stored, and no token may live by the rounding. */
const moment = z.pipe(
  z.int().check(z.nonnegative()),
  z.transform((ms) => Math.ceil(ms / 1000)),
)

/** Authlete's names are optional in JSON, so that a scope without one is refused by its index. */
const NamedLater = z.extend(Scope, { name: z._default(z.string(), '') })

/** Ours: `id` keeps a credential that is there, without it a new one is made. */
const CredentialWish = z.object({
  id: z.optional(z.string()),
  role: z.enum(ROLES),
  /** Milliseconds. */
  expiresAt: z.optional(z.number().check(z.int(), z.positive())),
})
export type CredentialWish = z.infer<typeof CredentialWish>

/** Settings of a service that decide something (Authlete contract, section 3.1). */
const DECIDING = {
  serviceName: z.string(),
  issuer: z.string(),
  supportedGrantTypes: z.array(z.enum(GRANT_TYPES)),
  supportedResponseTypes: z.array(z.enum(RESPONSE_TYPES)),
  supportedTokenAuthMethods: z.array(z.enum(TOKEN_AUTH_METHODS)),
  supportedScopes: z.array(NamedLater),
  scopeRequired: yesOrNo,
  accessTokenType: z.enum(['', 'Bearer']),
  clientIdAliasEnabled: yesOrNo,
  accessTokenDuration: duration,
  refreshTokenDuration: duration,
  authorizationCodeDuration: duration,
  accessTokenSignAlg: z.enum(['', ...SIGNING_ALGORITHMS]),
  accessTokenSignatureKeyId: z.string(),
  introspectionSignatureKeyId: z.string(),
  tlsClientCertificateBoundAccessTokens: yesOrNo,
  fapi2: yesOrNo,
  refreshTokenKept: yesOrNo,
  refreshTokenDurationKept: yesOrNo,
  refreshTokenDurationReset: yesOrNo,
  refreshTokenIdempotent: yesOrNo,
  tokenExpirationLinked: yesOrNo,
  singleAccessTokenPerSubject: yesOrNo,
  pkceRequired: yesOrNo,
  pkceS256Required: yesOrNo,
  issSuppressed: yesOrNo,
  errorDescriptionOmitted: yesOrNo,
  errorUriOmitted: yesOrNo,
  attributes: z.array(z.object({ key: z.string(), value: z.string() })),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  revocationEndpoint: z.string(),
  introspectionEndpoint: z.string(),
  jwksUri: z.string(),
  mtlsEndpointAliases: z.array(z.object({ name: z.string(), uri: z.string() })),
  mutualTlsValidatePkiCertChain: yesOrNo,
  trustedRootCertificates: texts,
  clientCertificateIssuers: texts,
  defaultResource: z.string(),
  tokensNotBefore: moment,
}

/** Each may be absent, or `null`. */
function clearable<const Shape extends z.core.$ZodShape>(shape: Shape) {
  const members = Object.entries(shape).map(([name, type]) => [name, z.optional(z.nullable(type))])
  return Object.fromEntries(members) as {
    [Name in keyof Shape]: z.ZodMiniOptional<z.ZodMiniNullable<Shape[Name]>>
  }
}

export const ServiceSettings = z.object({
  ...clearable({ ...DECIDING, ...CARRIED, jwks: z.string() }),
  credentials: z.optional(z.array(CredentialWish)),
})

type Members = Readonly<Record<string, unknown>>

/** What is to change: absent members stay, `null` goes back to the default (Authlete contract, rule 9). */
export interface ServiceChange {
  readonly deciding: Members
  readonly carried: Members
  /** A JWK Set as text; absent and `null` keep what is stored. */
  readonly jwks: string | undefined
  readonly credentials: readonly CredentialWish[] | undefined
}

/** @throws Refusal for the body or for a setting */
export function readChange(http: HttpRequest): ServiceChange {
  return changeIn(membersOf(http))
}

/** Java writes `null`, 0 and `""` for all that is not set. @throws Refusal as `readChange` */
export function readNew(http: HttpRequest): ServiceChange {
  return changeIn(withoutEmpty(membersOf(http)))
}

function membersOf(http: HttpRequest): Members {
  if (http.body.length === 0) throw new Refusal('service-body-empty')
  return readJsonObject(http)
}

function changeIn(members: Members): ServiceChange {
  const { jwks, credentials, ...settings } = readSettings(members, ServiceSettings, SERVICE_RULES)
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  return {
    deciding: Object.fromEntries(given.filter(([name]) => name in DECIDING)),
    carried: Object.fromEntries(given.filter(([name]) => name in CARRIED)),
    jwks: jwks ?? undefined,
    credentials,
  }
}

export const ServiceListCall = z.object(RANGE)

/** @throws Refusal list-… */
export function readServices(http: HttpRequest): Range {
  return readCall(http, ServiceListCall, rangeReason(LIST_REASONS))
}

export const ConfigurationCall = z.object({ patch: z.optional(z.unknown()) })

/** Without the change that `patch` asks for the document would pass for another. @throws Refusal member-refused */
export function readConfigurationCall(http: HttpRequest): undefined {
  if (readCall(http, ConfigurationCall).patch !== undefined) {
    throw new Refusal('member-refused', { named: 'patch' })
  }
}

export const JwksCall = z.object({
  includePrivateKeys: z.optional(
    z.pipe(
      z.transform((value: unknown) => (typeof value === 'string' ? flagMember(value.toLowerCase()) : value)),
      z.boolean(),
    ),
  ),
})

/** Private keys never leave, whoever asks. @throws Refusal private-keys-withheld, member-wrong */
export function readJwksCall(http: HttpRequest): undefined {
  if (readCall(http, JwksCall).includePrivateKeys === true) throw new Refusal('private-keys-withheld')
}
