import * as z from 'zod/mini'
import { parseJson } from '../../../shared/json.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'
import { type Form, type FormRules, repeatedReason } from '../../../shared/request/form.ts'
import { DamagedItem } from '../../../shared/store/listing.ts'

/** The ticket stores the context, and items of the store must stay small. */
const MAX_CONTEXT_BYTES = 8192

/** Text that the authorization server stores with a ticket. */
export const TicketContext = z
  .string()
  .check(z.refine((text) => Buffer.byteLength(text) <= MAX_CONTEXT_BYTES))

/** The parameters that may occur once, by their names in the request, with the reason to refuse a second one. */
const PARAMETER_REASONS = {
  clientId: ['client_id', 'authorization-client-repeated'],
  responseType: ['response_type', 'response-type-repeated'],
  redirectUri: ['redirect_uri', 'redirect-uri-repeated'],
  scope: ['scope', 'authorization-scope-repeated'],
  state: ['state', 'state-repeated'],
  codeChallenge: ['code_challenge', 'challenge-repeated'],
  codeChallengeMethod: ['code_challenge_method', 'challenge-method-repeated'],
  dpopJkt: ['dpop_jkt', 'authorization-parameter-repeated'],
  responseMode: ['response_mode', 'authorization-parameter-repeated'],
  // RFC 9126 section 4, RFC 9101 section 5.
  requestUri: ['request_uri', 'request-uri-repeated'],
  requestObject: ['request', 'authorization-parameter-repeated'],
  // The dialog with the end-user (OpenID Connect Core section 3.1.2.1).
  prompt: ['prompt', 'authorization-parameter-repeated'],
  maxAge: ['max_age', 'authorization-parameter-repeated'],
  display: ['display', 'authorization-parameter-repeated'],
  uiLocales: ['ui_locales', 'authorization-parameter-repeated'],
  loginHint: ['login_hint', 'authorization-parameter-repeated'],
  acrValues: ['acr_values', 'authorization-parameter-repeated'],
  claimsLocales: ['claims_locales', 'authorization-parameter-repeated'],
  // The ID token.
  nonce: ['nonce', 'authorization-parameter-repeated'],
  claims: ['claims', 'authorization-parameter-repeated'],
} as const satisfies Record<string, readonly [name: string, Reason]>

type Parameter = Exclude<keyof typeof PARAMETER_REASONS, 'clientId'>

/** RFC 6749 section 4.1.1 with RFC 7636 section 4.3 and RFC 9449 section 10. The client ID is present. The other values are not checked yet. */
export interface AuthorizationRequest extends Readonly<Partial<Record<Parameter, string | undefined>>> {
  readonly clientId: string
  /** The values of `resource` (RFC 8707), which are not checked yet. */
  readonly resources: readonly string[]
  /** Names of parameters without a value, which count as absent. */
  readonly empty: ReadonlySet<string>
  /** The reason to refuse a repeated parameter. It is thrown when the redirect URI is known to be valid. */
  readonly repeated: Reason | undefined
  /** The text of the authorization server that is stored with the ticket. */
  readonly context: string | undefined
}

export const PARAMETERS: FormRules = {
  malformed: 'authorization-parameters-malformed',
  repeated: Object.fromEntries(Object.values(PARAMETER_REASONS)),
  repeatable: ['resource'],
}

/** @param form was read with PARAMETERS, or with rules that include them */
export function readRequest(
  { parameters, empty, repeated, repeatable }: Form,
  clientId: string,
  context: string | undefined,
): AuthorizationRequest {
  const members = Object.entries(PARAMETER_REASONS).map(([member, [name]]) => {
    // Neither of two values can be trusted.
    return [member, repeated.has(name) ? undefined : parameters.get(name)]
  })
  const [first] = repeated
  return {
    ...(Object.fromEntries(members) as Record<Parameter, string | undefined>),
    clientId,
    resources: repeatable.get('resource') ?? [],
    empty,
    repeated: first === undefined ? undefined : repeatedReason(first, PARAMETERS, parameters),
    context,
  }
}

const value = z.string().check(z.minLength(1))
const optional = z.optional(value)
const storedParameters = Object.keys(PARAMETER_REASONS).filter((name) => name !== 'clientId')

/** The stored form of a pushed request. It is a union, because a signed request would have to be stored unchanged. */
const StoredRequest = z.union([
  z.object({
    kind: z.literal('PARAMETERS'),
    ...(Object.fromEntries(storedParameters.map((name) => [name, optional])) as Record<
      Parameter,
      typeof optional
    >),
    resources: z.array(value),
  }),
])

/** A request as JSON, without the client ID, the context and empty parameters (RFC 6749 section 3.1). */
export function storedText(request: AuthorizationRequest): string {
  return JSON.stringify(StoredRequest.parse({ ...request, kind: 'PARAMETERS' }))
}

/** @param text of `storedText` @throws DamagedItem */
export function readStored(text: string, { clientId, context }: AuthorizationRequest): AuthorizationRequest {
  const { data } = StoredRequest.safeParse(parseJson(text))
  if (data === undefined) throw new DamagedItem('pushedRequest')
  return { ...data, clientId, context, empty: new Set(), repeated: undefined }
}
