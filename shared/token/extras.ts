import * as z from 'zod/mini'
import type { Property } from '../store/grant.ts'
import {
  areTooLarge,
  fromJson,
  GivenProperties,
  mergeProperties,
  readProperties,
  refuseReserved,
} from './properties.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { numberMember } from '../request/body.ts'

export type Claims = Readonly<Record<string, unknown>>

/** What a caller of the Web API adds to tokens, beside what the client asked for (Authlete contract, sections 2.2 and 2.5). */
export interface TokenExtras {
  readonly properties: readonly Property[]
  /** Of a JWT access token. */
  readonly jwtAtClaims: Claims
  /** Seconds, in place of the settings. */
  readonly accessTokenDuration: number | undefined
  readonly refreshTokenDuration: number | undefined
}

export const NO_EXTRAS: TokenExtras = {
  properties: [],
  jwtAtClaims: {},
  accessTokenDuration: undefined,
  refreshTokenDuration: undefined,
}

/** Times in milliseconds must stay numbers that JSON can hold. */
const duration = z.optional(
  z.pipe(z.transform(numberMember), z.optional(z.int().check(z.maximum(2 ** 31 - 1)))),
)

/** Members of a call. */
export const EXTRA_MEMBERS = {
  properties: z.optional(GivenProperties),
  /** JSON text. */
  jwtAtClaims: z.optional(z.pipe(z.transform(fromJson), z.record(z.string(), z.unknown()))),
  accessTokenDuration: duration,
  refreshTokenDuration: duration,
  accessToken: z.optional(z.unknown()),
}

type ExtraMembers = z.infer<z.ZodMiniObject<typeof EXTRA_MEMBERS>>

/** @throws Refusal member-refused, name-reserved */
export function readExtras(call: ExtraMembers): TokenExtras {
  if (call.accessToken !== undefined) throw new Refusal('member-refused', { named: 'accessToken' })
  const { jwtAtClaims = {}, accessTokenDuration, refreshTokenDuration } = call
  refuseReserved(Object.keys(jwtAtClaims))
  return {
    properties: readProperties(call.properties),
    jwtAtClaims,
    accessTokenDuration: positive(accessTokenDuration),
    refreshTokenDuration: positive(refreshTokenDuration),
  }
}

function positive(seconds: number | undefined): number | undefined {
  return seconds !== undefined && seconds > 0 ? seconds : undefined
}

/** What a grant keeps of them. */
export interface StoredExtras {
  readonly properties: readonly Property[]
  /** JSON text. */
  readonly jwtAtClaims?: string | undefined
}

const MAX_CLAIMS_BYTES = 2048

/** @param tooLarge how the endpoint words properties that are too large @throws Refusal tooLarge, claims-too-large */
export function addExtras(stored: StoredExtras, given: TokenExtras, tooLarge: Reason): StoredExtras {
  const properties = mergeProperties(stored.properties, given.properties)
  if (areTooLarge(properties)) throw new Refusal(tooLarge)
  const claims = { ...claimsOf(stored), ...given.jwtAtClaims }
  if (Object.keys(claims).length === 0) return { properties }
  const jwtAtClaims = JSON.stringify(claims)
  if (Buffer.byteLength(jwtAtClaims) > MAX_CLAIMS_BYTES) throw new Refusal('claims-too-large')
  return { properties, jwtAtClaims }
}

export function claimsOf({ jwtAtClaims }: StoredExtras): Claims {
  return jwtAtClaims === undefined ? {} : (JSON.parse(jwtAtClaims) as Claims)
}
