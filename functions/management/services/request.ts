import * as z from 'zod/mini'
import { MAX_DURATION_SECONDS } from '../../../shared/epoch-seconds.ts'
import { LIMITS } from '../../../shared/limits.ts'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { readIfMatch } from '../../../shared/request/if-match.ts'
import { RANGE, type Range } from '../../../shared/request/range.ts'
import { flagFromText, readCall, readJsonObject, withoutEmpty } from '../../../shared/request/body.ts'
import { parseSettings } from '../../../shared/request/settings-body.ts'
import { durationSeconds, ROLES, Scope, SERVICE_SETTINGS } from '../../../shared/store/service.ts'
import { listReason } from '../listing.ts'
import { CARRIED_BY_SERVICES, SERVICE_RULES } from './settings-schema.ts'

/** A stored scope must have a name. Here the name is optional, so that the refusal can have the index of the scope. */
const ScopeWithoutName = z.extend(Scope, { name: z._default(z.string(), '') })

/** A time in milliseconds. It is stored in seconds, rounded up so that rounding never spares a token. */
const moment = z.pipe(
  z.int().check(z.nonnegative()),
  z.transform((ms) => (ms === 0 ? null : Math.ceil(ms / 1000))),
)

/** With `id`, the stored credential is kept. Without it, a new one is made. */
const RequestedCredential = z.object({
  id: z.optional(z.string()),
  role: z.enum(ROLES),
  /** If it is absent, the stored note stays. If it is empty, the note is removed. */
  note: z.optional(z.string().check(z.maxLength(LIMITS.setting))),
  /** Milliseconds since the epoch. */
  expiresAt: z.optional(z.number().check(z.int(), z.positive())),
})
export type RequestedCredential = z.infer<typeof RequestedCredential>

/** `jwks` and `credentials` have another form in the store: keys.ts and credentials.ts convert them. */
const { jwks: _jwks, credentials: _credentials, ...PLAIN_SETTINGS } = SERVICE_SETTINGS

const lifetime = durationSeconds.check(z.maximum(MAX_DURATION_SECONDS))

/** The settings that have an effect. Some have another form in requests than in the store. */
const DECIDING = {
  ...PLAIN_SETTINGS,
  accessTokenType: z.enum(['Bearer']),
  accessTokenDuration: lifetime,
  refreshTokenDuration: lifetime,
  authorizationCodeDuration: lifetime,
  idTokenDuration: lifetime,
  pushedAuthReqDuration: lifetime,
  renewalDelay: lifetime,
  renewalDuration: lifetime,
  supportedScopes: z.array(ScopeWithoutName),
  tokensNotBefore: moment,
}

/** Authlete's clients send these for an absent setting. They are never valid: no lifetime is 0, no URL or algorithm is empty. */
const EMPTY: Readonly<Record<string, unknown>> = { number: 0, string: '', enum: '' }

/** `null` and the empty value of the type reset a setting to its default. */
function toClearable(stored: z.ZodMiniType): z.ZodMiniType {
  const type = withoutDefault(stored)
  const empty = EMPTY[type._zod.def.type] ?? null
  return z.pipe(
    z.transform((given: unknown) => (given === empty ? null : given)),
    z.nullable(type),
  )
}

/** An absent member must stay absent, because it means no change. */
function withoutDefault(type: z.ZodMiniType): z.ZodMiniType {
  const isWrapped = type instanceof z.ZodMiniDefault || type instanceof z.ZodMiniOptional
  return isWrapped ? withoutDefault(type._zod.def.innerType as z.ZodMiniType) : type
}

function changesOf<Name extends string>(
  types: Readonly<Record<Name, z.ZodMiniType>>,
  change: (type: z.ZodMiniType) => z.ZodMiniType,
) {
  const members = Object.entries<z.ZodMiniType>(types).map(([name, type]) => [name, z.optional(change(type))])
  return Object.fromEntries(members) as Record<Name, z.ZodMiniType>
}

/** A service to create, or the changes to one (Authlete contract, section 3.1). */
export const ServiceSettings = z.object({
  ...changesOf(DECIDING, toClearable),
  // These settings may be 0 or empty.
  ...changesOf(CARRIED_BY_SERVICES, z.nullable),
  jwks: z.optional(z.nullable(z.string())),
  credentials: z.optional(z.array(RequestedCredential)),
})

type Members = Readonly<Record<string, unknown>>

/** An absent member means no change, `null` means the default (Authlete contract, rule 9). */
export interface ServiceChange {
  readonly deciding: Members
  readonly carried: Members
  /** A JWK Set as text. If absent, the keys stay. */
  readonly jwks: string | undefined
  readonly credentials: readonly RequestedCredential[] | undefined
}

export interface ServiceUpdate extends ServiceChange {
  /** The versions of the service that may be changed. If absent, every version may. */
  readonly ifMatch: readonly string[] | undefined
}

/** @throws Refusal if-match-malformed, service-body-empty, or for a wrong body or setting */
export function readServiceUpdate(http: HttpRequest): ServiceUpdate {
  return { ifMatch: readIfMatch(http), ...changeIn(membersOf(http)) }
}

/** Like Authlete, a new service accepts short client secrets, unless it has `fapi2`. @throws Refusal as `readServiceUpdate` */
export function readCreation(http: HttpRequest): ServiceChange {
  const change = readNew(http)
  return { ...change, deciding: { shortClientSecretsAllowed: true, ...change.deciding } }
}

/** Removes the `null`, 0 and `""` that Java clients send for all absent settings. @throws Refusal as `readServiceUpdate` */
export function readNew(http: HttpRequest): ServiceChange {
  return changeIn({ clientCertificateUsage: 'clientAuth', ...withoutEmpty(membersOf(http)) })
}

function membersOf(http: HttpRequest): Members {
  if (http.body.length === 0) throw new Refusal('service-body-empty')
  return readJsonObject(http)
}

function changeIn(members: Members): ServiceChange {
  const { jwks, credentials, ...settings } = parseSettings(members, ServiceSettings, SERVICE_RULES)
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  // Callers that know only Authlete's settings cannot switch it off, so only an explicit `true` is refused under the profile.
  const underFapi2 = settings.fapi2 === true ? { shortClientSecretsAllowed: false } : {}
  return {
    deciding: { ...underFapi2, ...Object.fromEntries(given.filter(([name]) => name in DECIDING)) },
    carried: Object.fromEntries(given.filter(([name]) => name in CARRIED_BY_SERVICES)),
    jwks: jwks ?? undefined,
    credentials,
  }
}

export const ServiceListCall = z.object(RANGE)

/** @throws Refusal list-… */
export function readServices(http: HttpRequest): Range {
  return readCall(http, ServiceListCall, listReason)
}

export const ConfigurationCall = z.object({ patch: z.optional(z.unknown()) })

/**
 * A POST has its members in the body, which may be empty. `patch` would change the document. It is not supported, and ignoring it would
 * give a wrong answer.
 *
 * @throws Refusal member-refused
 */
export function readConfigurationCall(http: HttpRequest): undefined {
  const inQuery = readCall({ ...http, method: 'GET' }, ConfigurationCall)
  const hasBody = http.method === 'POST' && http.body.length > 0
  const inBody = hasBody ? readCall(http, ConfigurationCall) : {}
  if (inQuery.patch !== undefined || inBody.patch !== undefined) {
    throw new Refusal('member-refused', { named: 'patch' })
  }
}

export const JwksCall = z.object({
  includePrivateKeys: z.optional(
    z.pipe(
      z.transform((value: unknown) =>
        typeof value === 'string' ? flagFromText(value.toLowerCase()) : value,
      ),
      z.boolean(),
    ),
  ),
})

/** Private keys are never returned. @throws Refusal private-keys-withheld, member-wrong */
export function readJwksCall(http: HttpRequest): undefined {
  if (readCall(http, JwksCall).includePrivateKeys === true) throw new Refusal('private-keys-withheld')
}
