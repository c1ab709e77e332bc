import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import {
  credentialMembers,
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  credentialsFromWebApi,
  type PresentedCredentials,
} from '../../../shared/authentication/presented-credentials.ts'
import type { HttpRequest } from '../../../shared/http.ts'
import { type Form, type FormRules, parseForm } from '../../../shared/request/form.ts'
import type { SentProof } from '../../../shared/dpop/proof.ts'
import { proofMembers, proofFromHttp, proofFromWebApi } from '../../../shared/possession/sent-proof.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { PARAMETERS } from '../request/request.ts'

/** A request of either face to push an authorization request. Only its shape has been checked. */
export interface PushRequest {
  readonly credentials: PresentedCredentials
  readonly proof: SentProof | undefined
  /** The parameters of client authentication and of the authorization request. */
  readonly form: Form
}

export const FORM: FormRules = {
  ...PARAMETERS,
  repeated: { ...CREDENTIAL_PARAMETERS, ...PARAMETERS.repeated },
}

/** RFC 9126 section 2.1. @throws Refusal for a malformed form or malformed credentials */
export function pushedFromForm(text: string, http: HttpRequest): PushRequest {
  const form = parseForm(text, FORM)
  return { credentials: credentialsFromHttp(http, form.parameters), proof: proofFromHttp(http), form }
}

export const PushCall = lazyObject(() => ({
  parameters: z.optional(z.string()),
  ...credentialMembers(),
  ...proofMembers(),
}))

/** `/pushed_auth_req` of the Web API (Authlete contract, section 2.11). @throws Refusal as `pushedFromForm`, push-parameters-missing */
export function pushedFromWebApi(call: z.infer<typeof PushCall>): PushRequest {
  if (call.parameters === undefined) throw new Refusal('push-parameters-missing')
  const form = parseForm(call.parameters, FORM)
  return { credentials: credentialsFromWebApi(call, form.parameters), proof: proofFromWebApi(call), form }
}
