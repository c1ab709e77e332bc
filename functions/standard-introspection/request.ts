import * as z from 'zod/mini'
import type { HttpRequest } from '../../shared/http.ts'
import { type FormRules, parseParameters } from '../../shared/oauth/parameters.ts'
import {
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  type PresentedCredentials,
} from '../../shared/oauth/presented-credentials.ts'
import { Refusal } from '../../shared/oauth/refusal.ts'
import { flagMember } from '../../shared/oauth/request-body.ts'

/** `token_type_hint` is not read: the form of a token says what it is, and a wrong hint must not hide it. */
export interface StandardIntrospectionRequest {
  readonly token: string
  /** Of the client that asks. Absent on the Web API, whose caller is the service itself. */
  readonly caller?: PresentedCredentials
  /** Hidden properties are told as well: only to the service itself. */
  readonly withHidden: boolean
  /** URI of the resource server that asked the service. */
  readonly resourceServer?: string | undefined
}

export const CALL: FormRules = {
  malformed: 'introspection-parameters-malformed',
  repeated: { token: 'introspection-token-repeated', token_type_hint: 'introspection-token-repeated' },
}
export const FORM: FormRules = { ...CALL, repeated: { ...CALL.repeated, ...CREDENTIAL_PARAMETERS } }

/** RFC 7662 section 2.1. @throws Refusal for the form or for how it presents credentials */
export function fromForm(form: string, http: HttpRequest): StandardIntrospectionRequest {
  const parameters = parseParameters(form, FORM)
  const caller = credentialsFromHttp(http, parameters)
  const token = parameters.get('token')
  if (token === undefined) throw new Refusal('introspection-token-missing')
  return { token, caller, withHidden: false }
}

export const StandardIntrospectionCall = z.object({
  parameters: z.optional(z.string()),
  withHiddenProperties: z.optional(z.pipe(z.transform(flagMember), z.boolean())),
  rsUri: z.optional(z.string()),
})

/** `/auth/introspection/standard` of the Web API (contract, section 2.9). @throws Refusal */
export function fromWebApi(call: z.infer<typeof StandardIntrospectionCall>): StandardIntrospectionRequest {
  if (call.parameters === undefined) throw new Refusal('introspection-parameters-missing')
  const token = parseParameters(call.parameters, CALL).get('token')
  if (token === undefined) throw new Refusal('introspection-token-missing')
  return { token, withHidden: call.withHiddenProperties ?? false, resourceServer: call.rsUri }
}
