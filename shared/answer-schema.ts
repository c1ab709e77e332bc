import * as z from 'zod/mini'
import { Client } from './store/client.ts'
import type { Action } from './web-api.ts'

/**
 * Parts that several answers have. Schemas of answers are for the reference and for tests, which hold every answer
 * against its schema; what is deployed imports their types alone, so that a cold start loads none of them.
 */

/** What a response builder returns. The member `type` comes from the route. */
export type Answered<Schema extends z.ZodMiniType> = Omit<Sent<z.output<Schema>>, 'type'>

/** A value that is on its way out: nothing changes it any more. */
export type Sent<Value> = Value extends readonly (infer Item)[]
  ? readonly Sent<Item>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Sent<Value[Name]> }
    : Value

/** Authlete contract, section 1.5. The same two are the whole body of an error about the call itself (Authlete contract, section 1.6). */
export const RESULT = {
  resultCode: z.string().check(z.regex(/^A[0-9]{6}$/)),
  resultMessage: z.string().check(z.regex(/^\[A[0-9]{6}\] /)),
}

/** @param actions a closed set: clients branch on it */
export function envelope<const Type extends string, const Actions extends readonly Action[]>(
  type: Type,
  actions: Actions,
) {
  return { type: z.literal(type), ...RESULT, action: z.enum(actions) }
}

/** An answer that refuses, where errors are told in `responseContent`. */
export function refusal<const Type extends string, const Actions extends readonly Action[]>(
  type: Type,
  actions: Actions,
) {
  return z.object({ ...envelope(type, actions), responseContent: z.string() })
}

export const ApiError = z.object(RESULT)

/** `responseContent` of a refusal (Authlete contract, section 1.5). */
export const ErrorContent = z.object({
  error: z.string(),
  error_description: z.optional(z.string()),
  error_uri: z.optional(z.string()),
})

/** RFC 6749 section 5.2. There is no `error_uri` on the OAuth face (decision D19). */
export const OAuthError = z.object({ error: z.string(), error_description: z.optional(z.string()) })

/** Since the epoch. */
export const milliseconds = z.int().check(z.nonnegative())
export const seconds = z.int().check(z.nonnegative())
export const clientId = z.int().check(z.positive())
export const apiKey = z.int().check(z.positive())

/** Absent when there are none: an SDK does not take `null` (Authlete contract, rule 2). */
export const someOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.optional(z.array(item).check(z.minLength(1)))

export const texts = someOf(z.string())
export const properties = someOf(z.object({ key: z.string(), value: z.string(), hidden: z.boolean() }))
export const attributes = someOf(z.object({ key: z.string(), value: z.string() }))
/** How tokens can have come about. */
export const grantType = z.enum(['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS'])

/** A client for whoever shows it to an end-user or an operator. */
export const ClientSummary = z.object({
  clientId,
  ...z.pick(Client, { clientIdAlias: true, clientIdAliasEnabled: true, clientName: true, clientType: true })
    .shape,
})
