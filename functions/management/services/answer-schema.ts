import * as z from 'zod/mini'
import { apiKey, LIST, milliseconds, nonEmptyList } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'
import { ROLES, Service } from '../../../shared/store/service.ts'
import { CARRIED_BY_SERVICES, KEY_SETTINGS } from './settings-schema.ts'

/** A credential of the Web API (not in Authlete). Only the answer to the call that made it has `secret`. */
const Credential = z.object({
  id: z.string(),
  role: z.enum(ROLES),
  note: z.optional(z.string()),
  createdAt: z.optional(milliseconds),
  expiresAt: z.optional(milliseconds),
  secret: z.optional(z.string()),
})

const INTERNAL = {
  carried: true,
  keyUses: true,
  keyDates: true,
  privateKeyIds: true,
  certificateInventoryInterrupted: true,
  deletedAt: true,
} as const

/** One key of `jwks`. Its lists may be empty. */
const KeyUse = z.object({
  kid: z.string(),
  alg: z.string(),
  signs: z.array(z.enum(['ACCESS_TOKENS', 'INTROSPECTION_RESPONSES', 'ID_TOKENS', 'USERINFO_RESPONSES'])),
  namedBy: z.array(z.enum(KEY_SETTINGS)),
  publishedAt: z.optional(milliseconds),
  signsWellFrom: z.optional(milliseconds),
  signingSince: z.optional(milliseconds),
  signedUntil: z.optional(milliseconds),
  withdrawableAt: z.optional(milliseconds),
})
export type KeyUseAnswer = Immutable<z.output<typeof KeyUse>>

/** A service (Authlete contract, section 3.1), without private keys. */
export const ServiceAnswer = z.extend(z.omit(Service, INTERNAL), {
  apiKey,
  number: z.optional(z.int()),
  ...z.partial(z.object(CARRIED_BY_SERVICES)).shape,
  /** A JWK Set as text, with public members only. */
  jwks: z.optional(z.string()),
  credentials: z.array(Credential),
  /** Only the answer of `service/get` has it. */
  keyUses: nonEmptyList(KeyUse),
  tokensNotBefore: z.optional(milliseconds),
  createdAt: z.optional(milliseconds),
  modifiedAt: z.optional(milliseconds),
})
export type ServiceAnswer = Immutable<z.output<typeof ServiceAnswer>>

/** Only this answer has the secret. */
export const CreatedServiceAnswer = z.extend(ServiceAnswer, { apiSecret: z.string() })
export type CreatedServiceAnswer = Immutable<z.output<typeof CreatedServiceAnswer>>

export const ServiceListAnswer = z.object({
  ...LIST,
  services: z.array(ServiceAnswer),
})
export type ServiceListAnswer = Immutable<z.output<typeof ServiceListAnswer>>
