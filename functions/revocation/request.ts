import * as z from 'zod/mini'
import { lazyObject } from '../../shared/lazy-object.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { type Form, type FormRules, parseForm } from '../../shared/request/form.ts'
import {
  credentialMembers,
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  credentialsFromWebApi,
  type PresentedCredentials,
} from '../../shared/authentication/presented-credentials.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'

/** `token_type_hint` is ignored, because the form of a token shows its type. */
export interface RevocationRequest {
  readonly token: string
  readonly credentials: PresentedCredentials
}

export const FORM: FormRules = {
  malformed: 'revocation-parameters-malformed',
  repeated: {
    ...CREDENTIAL_PARAMETERS,
    token: 'revocation-token-repeated',
    token_type_hint: 'revocation-token-repeated',
  },
}

/** RFC 7009 section 2.1. @throws Refusal for a malformed form or malformed credentials */
export function fromForm(form: string, http: HttpRequest): RevocationRequest {
  const read = parseForm(form, FORM)
  return revocationRequest(read, credentialsFromHttp(http, read.parameters))
}

export const RevocationCall = lazyObject(() => ({
  parameters: z.optional(z.string()),
  ...credentialMembers(),
  dpop: z.optional(z.unknown()),
}))

/**
 * `/auth/revocation` of the Web API (Authlete contract, section 2.10).
 *
 * @throws Refusal as `fromForm`, dpop-not-offered, revocation-parameters-missing
 */
export function fromWebApi(call: z.infer<typeof RevocationCall>): RevocationRequest {
  if (call.dpop !== undefined) throw new Refusal('dpop-not-offered')
  if (call.parameters === undefined) throw new Refusal('revocation-parameters-missing')
  const read = parseForm(call.parameters, FORM)
  return revocationRequest(read, credentialsFromWebApi(call, read.parameters))
}

function revocationRequest(
  { parameters, empty }: Form,
  credentials: PresentedCredentials,
): RevocationRequest {
  const token = parameters.get('token')
  if (token === undefined) {
    throw new Refusal(empty.has('token') ? 'revocation-token-empty' : 'revocation-token-missing')
  }
  return { token, credentials: { ...credentials, unidentified: 'revocation-client-unidentified' } }
}
