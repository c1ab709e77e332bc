import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { RANGE, type Range, rangeReason } from '../../../shared/request/range.ts'
import { flagFromText, readCall, readJsonObject, withoutEmpty } from '../../../shared/request/body.ts'
import { parseSettings } from '../../../shared/request/settings-body.ts'
import { ROLES, Scope, SERVICE_SETTINGS } from '../../../shared/store/service.ts'
import { LIST_REASONS } from '../request.ts'
import { CARRIED_BY_SERVICES, SERVICE_RULES } from './settings-schema.ts'

/** In the stored scope the name is required. Here a scope without one is refused by its index. */
const ScopeWithoutName = z.extend(Scope, { name: z._default(z.string(), '') })

/** Milliseconds, stored as seconds: rounded up, so that the rounding keeps no token alive. */
const moment = z.pipe(
  z.int().check(z.nonnegative()),
  z.transform((ms) => (ms === 0 ? null : Math.ceil(ms / 1000))),
)

/** With `id` the credential is kept, without it a new one is made. */
const CredentialWish = z.object({
  id: z.optional(z.string()),
  role: z.enum(ROLES),
  /** Milliseconds. */
  expiresAt: z.optional(z.number().check(z.int(), z.positive())),
})
export type CredentialWish = z.infer<typeof CredentialWish>

/** Keys and credentials are not stored as they are given: see keys.ts and credentials.ts. */
const { jwks: _, credentials: __, ...PLAIN_SETTINGS } = SERVICE_SETTINGS

/** Settings that are stored as they are given, but for those that a request writes in another form. */
const DECIDING = {
  ...PLAIN_SETTINGS,
  accessTokenType: z.enum(['Bearer']),
  supportedScopes: z.array(ScopeWithoutName),
  tokensNotBefore: moment,
}

/** Authlete's clients write these for a setting that is not set: no lifetime is 0, no URL or algorithm is empty. */
const EMPTY: Readonly<Record<string, unknown>> = { number: 0, string: '', enum: '' }

/** `null` and the empty value of the type clear a setting. */
function clearable(stored: z.ZodMiniType): z.ZodMiniType {
  const type = withoutDefault(stored)
  const empty = EMPTY[type._zod.def.type] ?? null
  return z.pipe(
    z.transform((given: unknown) => (given === empty ? null : given)),
    z.nullable(type),
  )
}

/** An absent member must stay absent: it changes nothing. */
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
  ...changesOf(DECIDING, clearable),
  // These can be 0 or empty.
  ...changesOf(CARRIED_BY_SERVICES, z.nullable),
  jwks: z.optional(z.nullable(z.string())),
  credentials: z.optional(z.array(CredentialWish)),
})

type Members = Readonly<Record<string, unknown>>

/** Absent members keep the stored value, `null` puts the default in its place (Authlete contract, rule 9). */
export interface ServiceChange {
  readonly deciding: Members
  readonly carried: Members
  /** A JWK Set as text; absent: the keys stay. */
  readonly jwks: string | undefined
  readonly credentials: readonly CredentialWish[] | undefined
}

/** @throws Refusal for the body or for a setting */
export function readChange(http: HttpRequest): ServiceChange {
  return changeIn(membersOf(http))
}

/** Java writes `null`, 0 and `""` for all settings that are not set. @throws Refusal as `readChange` */
export function readNew(http: HttpRequest): ServiceChange {
  return changeIn(withoutEmpty(membersOf(http)))
}

function membersOf(http: HttpRequest): Members {
  if (http.body.length === 0) throw new Refusal('service-body-empty')
  return readJsonObject(http)
}

function changeIn(members: Members): ServiceChange {
  const { jwks, credentials, ...settings } = parseSettings(members, ServiceSettings, SERVICE_RULES)
  const given = Object.entries(settings).filter(([, value]) => value !== undefined)
  return {
    deciding: Object.fromEntries(given.filter(([name]) => name in DECIDING)),
    carried: Object.fromEntries(given.filter(([name]) => name in CARRIED_BY_SERVICES)),
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

/** `patch` would change the document, which is not supported. Ignoring it would answer with another document than the one asked for. @throws Refusal member-refused */
export function readConfigurationCall(http: HttpRequest): undefined {
  if (readCall(http, ConfigurationCall).patch !== undefined) {
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

/** Private keys are never returned, to no caller. @throws Refusal private-keys-withheld, member-wrong */
export function readJwksCall(http: HttpRequest): undefined {
  if (readCall(http, JwksCall).includePrivateKeys === true) throw new Refusal('private-keys-withheld')
}
