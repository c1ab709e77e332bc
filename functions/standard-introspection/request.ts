import * as z from 'zod/mini'
import { lazyObject } from '../../shared/lazy-object.ts'
import type { HttpRequest } from '../../shared/http.ts'
import { type FormRules, parseForm } from '../../shared/request/form.ts'
import {
  CREDENTIAL_PARAMETERS,
  credentialsFromHttp,
  type PresentedCredentials,
} from '../../shared/authentication/presented-credentials.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { flagMember } from '../../shared/request/body.ts'

/** `token_type_hint` is ignored, because the form of a token shows its type and a wrong hint must not hide the token. */
export interface StandardIntrospectionRequest {
  readonly token: string
  /** The credentials of the calling client. They are absent on the Web API, whose caller is the service. */
  readonly caller?: PresentedCredentials
  /** Whether the answer has the hidden properties. Only the service gets them. */
  readonly withHidden: boolean
  /** The URI of the resource server that called the service. */
  readonly resourceServer?: string | undefined
  /** Present if the answer must be signed (RFC 9701). */
  readonly signed?: {
    /** If `undefined`, the registered algorithm of the caller is used. */
    readonly alg: string | undefined
  }
}

/** RFC 9701 section 4. */
export const SIGNED_TYPE = 'application/token-introspection+jwt'

export const CALL: FormRules = {
  malformed: 'introspection-parameters-malformed',
  repeated: { token: 'introspection-token-repeated', token_type_hint: 'introspection-token-repeated' },
}
export const FORM: FormRules = { ...CALL, repeated: { ...CALL.repeated, ...CREDENTIAL_PARAMETERS } }

/** RFC 7662 section 2.1. @throws Refusal for a malformed form or malformed credentials */
export function fromForm(form: string, http: HttpRequest): StandardIntrospectionRequest {
  const parameters = parseForm(form, FORM).parameters
  const caller = credentialsFromHttp(http, parameters)
  const token = parameters.get('token')
  if (token === undefined) throw new Refusal('introspection-token-missing')
  return { token, caller, withHidden: false, ...(acceptsJwt(http) ? { signed: { alg: undefined } } : {}) }
}

/** Only the exact type without `q=0` counts (RFC 9110 section 12.5.1). Ranges such as `*` do not. */
function acceptsJwt({ headers }: HttpRequest): boolean {
  const listed = (headers.get('accept') ?? []).join(',').toLowerCase().split(',')
  return listed.some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim())
    return type === SIGNED_TYPE && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))
  })
}

export const StandardIntrospectionCall = lazyObject(() => ({
  parameters: z.optional(z.string()),
  withHiddenProperties: z.optional(flagMember),
  rsUri: z.optional(z.string()),
  httpAcceptHeader: z.optional(z.string()),
  introspectionSignAlg: z.optional(z.string()),
  introspectionEncryptionAlg: z.optional(z.unknown()),
  sharedKeyForSign: z.optional(z.unknown()),
  sharedKeyForEncryption: z.optional(z.unknown()),
  publicKeyForEncryption: z.optional(z.unknown()),
}))

/** Responses are neither encrypted nor signed with a secret. */
const NOT_OFFERED = [
  'introspectionEncryptionAlg',
  'sharedKeyForSign',
  'sharedKeyForEncryption',
  'publicKeyForEncryption',
] as const

/** `/auth/introspection/standard` of the Web API (Authlete contract, section 2.9). @throws Refusal introspection-…, member-refused */
export function fromWebApi(call: z.infer<typeof StandardIntrospectionCall>): StandardIntrospectionRequest {
  const refused = NOT_OFFERED.find((name) => call[name] !== undefined)
  if (refused !== undefined) throw new Refusal('member-refused', { named: refused })
  if (call.parameters === undefined) throw new Refusal('introspection-parameters-missing')
  const token = parseForm(call.parameters, CALL).parameters.get('token')
  if (token === undefined) throw new Refusal('introspection-token-missing')
  const unsigned = { token, withHidden: call.withHiddenProperties ?? false, resourceServer: call.rsUri }
  if (call.httpAcceptHeader !== SIGNED_TYPE) return unsigned
  if (call.rsUri === undefined) throw new Refusal('introspection-resource-server-missing')
  return { ...unsigned, signed: { alg: call.introspectionSignAlg } }
}
