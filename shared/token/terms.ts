import * as z from 'zod/mini'
import type { Call } from '../runtime/call.ts'
import { type EpochSeconds, LAST_SECOND } from '../epoch-seconds.ts'
import { LIMITS } from '../limits.ts'
import { isStorable, parseJson } from '../json.ts'
import { numberMember } from '../request/body.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import type { Property, Terms } from '../store/grant.ts'
import { ACTIVE_TOKEN_MEMBERS } from './active-token.ts'

// Subject

const PRINTABLE_ASCII = /^[\x20-\x7e]+$/

interface SubjectReasons {
  readonly missing: Reason
  readonly tooLong: Reason
  readonly notAscii: Reason
}

/** @throws Refusal with a reason of `reasons` */
export function checkSubject(subject: string | undefined, reasons: SubjectReasons): string {
  if (subject === undefined) throw new Refusal(reasons.missing)
  if (subject.length > LIMITS.subject) throw new Refusal(reasons.tooLong)
  if (!PRINTABLE_ASCII.test(subject)) throw new Refusal(reasons.notAscii)
  return subject
}

/** Whether this can be the `sub` of an end-user (OpenID Connect Core section 2). */
export function isSub(text: string): boolean {
  return text.length <= LIMITS.sub && PRINTABLE_ASCII.test(text)
}

/**
 * Refuses a subject that is also a client ID, because `sub` of a client's own token is the client ID (RFC 9700 section 4.15).
 *
 * @throws Refusal `reason`
 */
export async function refuseSubjectOfClient(
  subject: string | undefined,
  reason: Reason,
  { service, store }: Call,
): Promise<void> {
  if (subject === undefined) return
  const namesake = await store.registry.findClient(service.apiKey, subject)
  if (namesake !== undefined) throw new Refusal(reason)
}

// The authentication of the end-user

/** The grant stores it, and items of the store must stay small. */
const MAX_ACR_LENGTH = 256

/** The members of a call about the class and the time of the end-user's authentication (Authlete contract, section 2.2). */
export const authenticationMembers = () => ({
  acr: z.optional(z.string().check(z.maxLength(MAX_ACR_LENGTH))),
  authTime: z.optional(numberMember(z.nonnegative(), z.maximum(LAST_SECOND))),
})

export type EndUserAuthentication = Pick<Terms, 'acr' | 'authTime'>

export function readAuthentication({
  acr,
  authTime,
}: z.infer<z.ZodMiniObject<ReturnType<typeof authenticationMembers>>>): EndUserAuthentication {
  return { acr, authTime: authTime as EpochSeconds | undefined }
}

// Properties and claims

/**
 * The limit for the properties as JSON, which is at least as long as their stored form. An item stays below 16 KB, even with the longest
 * scopes, redirect URI and claims.
 */
const MAX_PROPERTIES_BYTES = 4096

/** Names that have a meaning in token answers or JWTs, besides those of introspection (Authlete contract, section 4.8). */
const NAMES = [
  ...(['access_token', 'refresh_token', 'id_token', 'issued_token_type', 'expires_in'] as const),
  ...(['error', 'error_description', 'error_uri', 'code', 'state', 'username'] as const),
  ...(['nbf', 'act', 'may_act'] as const),
  ...(['amr', 'grant_id', 'authorization_details', 'token_introspection'] as const),
]
type ReservedName = (typeof NAMES)[number] | keyof typeof ACTIVE_TOKEN_MEMBERS
const RESERVED: ReadonlySet<string> = new Set([...NAMES, ...Object.keys(ACTIVE_TOKEN_MEMBERS)])

/** An array, or JSON text of an array as Authlete documents it (Authlete contract, section 2.5). */
const PropertyList = z.lazy(() =>
  z.pipe(
    z.transform(fromJson),
    z.array(
      z.object({
        key: z.string().check(z.minLength(1)),
        value: z.nullish(z.string()),
        hidden: z.nullish(z.boolean()),
      }),
    ),
  ),
)

/** A JSON object, or its text. */
export const objectMember = z.lazy(() => z.pipe(z.transform(fromJson), z.record(z.string(), z.unknown())))

/** The members of a call that `readAdditions` reads. */
export const propertyMembers = () => ({
  properties: z.optional(PropertyList),
  jwtAtClaims: z.optional(objectMember),
})

/** The additions of a caller to the terms of a grant. */
export interface Additions {
  readonly properties: readonly Property[]
  /** Further claims of JWT access tokens. */
  readonly claims: Readonly<Record<string, unknown>>
}

export const NO_ADDITIONS: Additions = { properties: [], claims: {} }

/** @throws Refusal name-reserved */
export function readAdditions({
  properties,
  jwtAtClaims = {},
}: z.infer<z.ZodMiniObject<ReturnType<typeof propertyMembers>>>): Additions {
  refuseReserved(Object.keys(jwtAtClaims))
  return { properties: readProperties(properties) ?? [], claims: jwtAtClaims }
}

/** @throws Refusal name-reserved */
export function readProperties(
  given: z.infer<typeof PropertyList> | undefined,
): readonly Property[] | undefined {
  refuseReserved(given?.map(({ key }) => key) ?? [])
  return given?.map(({ key, value, hidden }) => ({ key, value: value ?? '', hidden: hidden ?? false }))
}

function refuseReserved(names: readonly string[]): void {
  const named = names.find((name) => RESERVED.has(name))
  if (named !== undefined) throw new Refusal('name-reserved', { named })
}

/**
 * Adds a caller's additions to the terms. A property replaces the stored one with the same key. Sizes are only checked if there
 * are additions, so that a refresh without them always works (decision D46).
 *
 * @param tooLarge the reason to refuse properties that are too large
 * @throws Refusal tooLarge, claims-too-large
 */
export function addTo(terms: Terms, given: Additions, tooLarge: Reason): Terms {
  const properties = merge(terms.properties, given.properties)
  if (given.properties.length > 0) refuseLargeProperties(properties, tooLarge)
  if (Object.keys(given.claims).length === 0) return { ...terms, properties }
  const jwtAtClaims = JSON.stringify({ ...claimsOf(terms), ...given.claims })
  if (Buffer.byteLength(jwtAtClaims) > LIMITS.claims) throw new Refusal('claims-too-large')
  return { ...terms, properties, jwtAtClaims }
}

/** @throws Refusal tooLarge */
export function refuseLargeProperties(properties: readonly Property[], tooLarge: Reason): void {
  if (Buffer.byteLength(JSON.stringify(properties)) > MAX_PROPERTIES_BYTES) throw new Refusal(tooLarge)
}

function merge(stored: readonly Property[], given: readonly Property[]): readonly Property[] {
  return [...new Map([...stored, ...given].map((property) => [property.key, property])).values()]
}

/**
 * Adds the caller's properties to the members of an answer or of a JWT. No property can replace a member or fill in an absent one (decision
 * D46), because the compiler refuses a member whose name is not reserved.
 *
 * @param withHidden whether to include hidden properties
 */
export function withProperties<Members extends object>(
  members: Members & Readonly<Partial<Record<Exclude<keyof Members, ReservedName>, never>>>,
  { properties }: Pick<Terms, 'properties'>,
  withHidden = false,
): Members {
  const shown = properties.filter(({ key, hidden }) => (withHidden || !hidden) && !RESERVED.has(key))
  return { ...Object.fromEntries(shown.map(({ key, value }) => [key, value])), ...members }
}

export function claimsOf({ jwtAtClaims }: Terms): Readonly<Record<string, unknown>> {
  return jwtAtClaims === undefined ? {} : (JSON.parse(jwtAtClaims) as Record<string, unknown>)
}

/** Text that is not JSON or that is nested too deeply becomes `undefined`, which no schema accepts. */
function fromJson(value: unknown): unknown {
  const parsed = typeof value === 'string' ? parseJson(value) : value
  return isStorable(parsed) ? parsed : undefined
}
