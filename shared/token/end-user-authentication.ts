import * as z from 'zod/mini'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Authentication } from '../store/grant.ts'
import { numberMember } from '../request/body.ts'

/** It lies in the grant's item, which must stay small. */
const MAX_ACR_LENGTH = 256
/** The year 9999. */
const MAX_SECONDS = 253_402_300_799

/** Members of a call by which an authorization server tells how it authenticated the end-user (Authlete contract, section 2.2). */
export const AUTHENTICATION_MEMBERS = {
  acr: z.optional(z.string().check(z.maxLength(MAX_ACR_LENGTH))),
  authTime: z.optional(
    z.pipe(z.transform(numberMember), z.optional(z.int().check(z.nonnegative(), z.maximum(MAX_SECONDS)))),
  ),
}

type Members = z.infer<z.ZodMiniObject<typeof AUTHENTICATION_MEMBERS>>

export function readAuthentication({ acr, authTime }: Members): Authentication {
  return { acr, authTime: authTime as EpochSeconds | undefined }
}
