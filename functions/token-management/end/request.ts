import * as z from 'zod/mini'
import type { HttpRequest } from '../../../shared/http.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { readCall } from '../../../shared/request/body.ts'

/** The tokens to end. */
export type EndRequest =
  | { readonly accessToken: string }
  | { readonly refreshToken: string }
  | { readonly client: string; readonly subject: string | undefined }
  | { readonly client: undefined; readonly subject: string }

export const RevokeCall = z.object({
  accessTokenIdentifier: z.optional(z.string()),
  refreshTokenIdentifier: z.optional(z.string()),
  clientIdentifier: z.optional(z.string()),
  subject: z.optional(z.string()),
})

/** `/auth/token/revoke`: the first member that is present counts (Authlete contract, section 2.7). @throws Refusal revoke-nothing-named */
export function readRevoke(http: HttpRequest): EndRequest {
  const { accessTokenIdentifier, refreshTokenIdentifier, clientIdentifier, subject } = readCall(
    http,
    RevokeCall,
  )
  if (accessTokenIdentifier !== undefined) return { accessToken: accessTokenIdentifier }
  if (refreshTokenIdentifier !== undefined) return { refreshToken: refreshTokenIdentifier }
  if (clientIdentifier !== undefined) return { client: clientIdentifier, subject }
  if (subject !== undefined) return { client: undefined, subject }
  throw new Refusal('revoke-nothing-named')
}

/** `/auth/token/delete/{accessTokenIdentifier}` */
export function readDelete({ pathParameters }: HttpRequest): EndRequest {
  return { accessToken: pathParameters['accessTokenIdentifier'] ?? '' }
}
