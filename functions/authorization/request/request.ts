import * as z from 'zod/mini'
import { type Form, type FormRules, repeatedReason } from '../../../shared/request/form.ts'
import type { Reason } from '../../../shared/refusal/refusal.ts'

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
  // How to ask the end-user (OpenID Connect Core section 3.1.2.1).
  prompt: ['prompt', 'authorization-parameter-repeated'],
  maxAge: ['max_age', 'authorization-parameter-repeated'],
  display: ['display', 'authorization-parameter-repeated'],
  uiLocales: ['ui_locales', 'authorization-parameter-repeated'],
  loginHint: ['login_hint', 'authorization-parameter-repeated'],
  acrValues: ['acr_values', 'authorization-parameter-repeated'],
  claimsLocales: ['claims_locales', 'authorization-parameter-repeated'],
  // For the ID token.
  nonce: ['nonce', 'authorization-parameter-repeated'],
  claims: ['claims', 'authorization-parameter-repeated'],
} as const satisfies Record<string, readonly [name: string, Reason]>

type Parameter = keyof typeof PARAMETER_REASONS

/** RFC 6749 section 4.1.1 with RFC 7636 section 4.3 and RFC 9449 section 10. Of the values only the client ID is checked: it must be present. */
export interface AuthorizationRequest extends Readonly<Record<Parameter, string | undefined>> {
  readonly clientId: string
  /** RFC 8707. Not checked. */
  readonly resources: readonly string[]
  /** Names of parameters without a value, which count as absent. */
  readonly empty: ReadonlySet<string>
  /** The reason to refuse a repeated parameter. It is thrown when the redirect URI is known to be valid. */
  readonly repeated: Reason | undefined
  /** From the authorization server; stored with the ticket. */
  readonly context: string | undefined
}

export const PARAMETERS: FormRules = {
  malformed: 'authorization-parameters-malformed',
  repeated: Object.fromEntries(Object.values(PARAMETER_REASONS)),
  repeatable: ['resource'],
}

/** @param form read by the rules PARAMETERS, or by rules that include them */
export function authorizationRequest(
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
