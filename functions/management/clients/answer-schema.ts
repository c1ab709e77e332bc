import * as z from 'zod/mini'
import { clientId, LIST, milliseconds, RESULT } from '../../../shared/answer-schema.ts'
import type { Immutable } from '../../../shared/immutable.ts'
import { Client } from '../../../shared/store/client.ts'
import { CARRIED_BY_CLIENTS } from './settings-schema.ts'

/** A client (Authlete contract, section 3.2), without secrets. */
export const ClientAnswer = z.extend(
  z.omit(Client._zod.innerType, { clientSecretDigest: true, weakSecret: true, carried: true }),
  {
    clientId,
    ...z.partial(z.object(CARRIED_BY_CLIENTS)).shape,
    /** `clientId` in decimal when the client has no alias. */
    clientIdAlias: z.string(),
    /** A JWK Set as text. */
    jwks: z.optional(z.string()),
    serviceNumber: z.optional(z.int()),
    createdAt: z.optional(milliseconds),
    modifiedAt: z.optional(milliseconds),
  },
)
export type ClientAnswer = Immutable<z.output<typeof ClientAnswer>>

/** Only this answer has the secret. */
export const CreatedClientAnswer = z.extend(ClientAnswer, { clientSecret: z.string() })
export type CreatedClientAnswer = Immutable<z.output<typeof CreatedClientAnswer>>

const clients = z.array(ClientAnswer)

/** The requested range, or a page. */
export const ClientListAnswer = z.union([
  z.object({ ...LIST, clients }),
  z.object({ clients, nextPageToken: z.optional(z.string()) }),
])
export type ClientListAnswer = Immutable<z.output<typeof ClientListAnswer>>

/** `requestableScopes` is absent if the client may request all scopes of the service. */
export const RequestableScopesAnswer = z.object({ requestableScopes: z.optional(z.array(z.string())) })
export type RequestableScopesAnswer = Immutable<z.output<typeof RequestableScopesAnswer>>

export const LockAnswer = z.object(RESULT)
export type LockAnswer = Immutable<z.output<typeof LockAnswer>>

/** `oldClientSecret` is always absent, because only digests of secrets are stored. */
export const SecretAnswer = z.object({ ...RESULT, newClientSecret: z.string() })
export type SecretAnswer = Immutable<z.output<typeof SecretAnswer>>

/** Whether a certificate would authenticate each client. `reason`, `resultCode` and `resultMessage` are those of the token endpoint. */
export const ExplanationAnswer = z.object({
  clients: z.array(
    z.object({
      ...z.pick(ClientAnswer, {
        clientId: true,
        clientIdAlias: true,
        clientName: true,
        tokenAuthMethod: true,
      }).shape,
      outcome: z.enum(['PASSED', 'FAILED', 'NOT_LOOKED_AT']),
      reason: z.optional(z.string()),
      resultCode: z.optional(RESULT.resultCode),
      resultMessage: z.optional(RESULT.resultMessage),
    }),
  ),
  nextPageToken: z.optional(z.string()),
})
export type ExplanationAnswer = Immutable<z.output<typeof ExplanationAnswer>>
