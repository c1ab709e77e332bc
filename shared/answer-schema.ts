import * as z from 'zod/mini'
import type { Immutable } from './immutable.ts'
import { Client } from './store/client.ts'
import type { Action } from './web-api.ts'

/**
 * Parts of several answers. The schemas of answers are for the reference and for tests, which check every answer against its
 * schema. Deployed code imports only their types, so that a cold start does not load them.
 */

/** The answer that a response builder returns. The route adds the member `type`. */
export type AnswerOf<Schema extends z.ZodMiniType> = Omit<Immutable<z.output<Schema>>, 'type'>

/** Members of every answer. An error about the call itself has no others (Authlete contract, sections 1.5 and 1.6). */
export const RESULT = {
  resultCode: z.string().check(z.regex(/^A[0-9]{6}$/)),
  resultMessage: z.string().check(z.regex(/^\[A[0-9]{6}\] /)),
}

/** @param actions all actions of the answer: clients branch on them */
export function envelope<const Type extends string, const Actions extends readonly Action[]>(
  type: Type,
  actions: Actions,
) {
  return { type: z.literal(type), ...RESULT, action: z.enum(actions) }
}

/** A refusal with the error in `responseContent`. */
export function refusalAnswer<const Type extends string, const Actions extends readonly Action[]>(
  type: Type,
  actions: Actions,
) {
  return z.object({ ...envelope(type, actions), responseContent: z.string() })
}

/** The nonce for the next DPoP proof. It is absent if nonces are not required. */
export const NONCE = { dpopNonce: z.optional(z.string()) }

/** An error about the API call itself. */
export const ApiError = z.object(RESULT)

/** The refusal of an API that is not offered. Each such API has its own actions (shared/lambda/not-offered.ts). */
export const NotOfferedAnswer = z.object({
  type: z.literal('notOfferedResponse'),
  ...RESULT,
  action: z.string(),
  responseContent: z.string(),
})

/** Members of a list: the range of the request, and the length of the whole list. */
export const LIST = { start: z.int(), end: z.int(), totalCount: z.int() }

/** `responseContent` of a refusal (Authlete contract, section 1.5). */
export const ErrorContent = z.object({
  error: z.string(),
  error_description: z.optional(z.string()),
  error_uri: z.optional(z.string()),
})

/** RFC 6749 section 5.2. The OAuth face sends no `error_uri` (decision D19). */
export const OAuthError = z.object({ error: z.string(), error_description: z.optional(z.string()) })

/** A time in milliseconds since the epoch. */
export const milliseconds = z.int().check(z.nonnegative())
/** A time in seconds since the epoch, or a duration in seconds. */
export const seconds = z.int().check(z.nonnegative())
export const clientId = z.int().check(z.positive())
export const apiKey = z.int().check(z.positive())

/** An empty list is left out, because SDKs do not accept `null` (Authlete contract, rule 2). */
export const nonEmptyList = <Item extends z.ZodMiniType>(item: Item) =>
  z.optional(z.array(item).check(z.minLength(1)))

export const texts = nonEmptyList(z.string())
export const properties = nonEmptyList(z.object({ key: z.string(), value: z.string(), hidden: z.boolean() }))
const attributes = nonEmptyList(z.object({ key: z.string(), value: z.string() }))
/** Members of the answers about an access token: its client and end-user, and the attributes that a caller reads beside it. */
export const TOKEN_HOLDER = {
  clientId,
  clientIdAlias: z.optional(z.string()),
  clientIdAliasUsed: z.boolean(),
  subject: z.optional(z.string()),
  properties,
  serviceAttributes: attributes,
  clientAttributes: attributes,
}
/** The grant types that issue the first tokens of a grant. */
export const grantType = z.enum(['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS'])

/** The members of a client that can be shown to end-users and operators. */
export const ClientSummary = z.object({
  clientId,
  ...z.pick(Client._zod.innerType, {
    clientIdAlias: true,
    clientIdAliasEnabled: true,
    clientName: true,
    clientType: true,
  }).shape,
})
