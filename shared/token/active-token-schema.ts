import * as z from 'zod/mini'
import { seconds } from '../answer-schema.ts'
import type { Immutable } from '../immutable.ts'

/** The members of a live token (RFC 7662 section 2.2). The extra properties of the token are further members. */
const ACTIVE = {
  active: z.literal(true),
  iss: z.string(),
  sub: z.optional(z.string()),
  client_id: z.string(),
  exp: seconds,
  /** Absent if no resources were requested. */
  aud: z.optional(z.array(z.string())),
  /** RFC 9470 section 6.2. */
  acr: z.optional(z.string()),
  auth_time: z.optional(seconds),
  /** A token is bound to a certificate (RFC 8705 section 3.2) or to a key (RFC 9449 section 6.2). */
  cnf: z.optional(z.union([z.object({ 'x5t#S256': z.string() }), z.object({ jkt: z.string() })])),
}

/** In the Web API `scope` is `null` for a token without scopes (Authlete contract, section 6). */
const ActiveRefreshToken = z.object({ ...ACTIVE, scope: z.nullable(z.string()) })
export type ActiveRefreshToken = Immutable<z.output<typeof ActiveRefreshToken>>
const ActiveToken = z.extend(ActiveRefreshToken, { token_type: z.string() })
export type ActiveToken = Immutable<z.output<typeof ActiveToken>>

const FULL_MEMBERS = {
  iat: seconds,
  aud: z.union([z.string(), z.array(z.string())]),
  jti: z.optional(z.string()),
}
/** The members on the OAuth face, which leaves out those that are `null`. */
const ActiveTokenInFull = z.extend(ActiveToken, FULL_MEMBERS)
export type ActiveTokenInFull = Immutable<z.output<typeof ActiveTokenInFull>>

const extra = z.string()
const inactive = z.object({ active: z.literal(false) })
const scope = z.optional(z.string())

/** The answer of the OAuth face to a client about its own access token. */
export const HeldToken = z.catchall(z.extend(ActiveTokenInFull, { scope }), extra)

/** The answer of `/introspection/standard` on the OAuth face. */
export const StandardAnswer = z.union([
  inactive,
  HeldToken,
  z.catchall(z.extend(ActiveRefreshToken, { scope }), extra),
])

/** The claims of a signed answer of either face (RFC 9701 section 5). */
export const signedContent = (content: z.ZodMiniType) =>
  z.object({ iss: z.string(), aud: z.string(), iat: seconds, token_introspection: content })

/** `responseContent` of `/auth/introspection/standard`. */
export const StandardContent = z.union([
  inactive,
  z.catchall(ActiveToken, extra),
  z.catchall(ActiveRefreshToken, extra),
])
