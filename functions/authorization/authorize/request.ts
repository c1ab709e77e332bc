import * as z from 'zod/mini'
import { type FormRules, readParameters, repeatedReason } from '../../../shared/request/form.ts'
import { TicketContext } from '../context-schema.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'

/** RFC 6749 section 4.1.1 with RFC 7636 section 4.3. Only the presence of the client ID is checked. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly responseType: string | undefined
  readonly responseMode: string | undefined
  readonly redirectUri: string | undefined
  readonly scope: string | undefined
  readonly state: string | undefined
  readonly codeChallenge: string | undefined
  readonly codeChallengeMethod: string | undefined
  /** OpenID Connect Core section 3.1.2.1: how to ask the end-user. */
  readonly prompt: string | undefined
  readonly maxAge: string | undefined
  readonly display: string | undefined
  readonly uiLocales: string | undefined
  readonly loginHint: string | undefined
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
  repeated: {
    client_id: 'authorization-client-repeated',
    response_type: 'response-type-repeated',
    redirect_uri: 'redirect-uri-repeated',
    scope: 'authorization-scope-repeated',
    state: 'state-repeated',
    code_challenge: 'challenge-repeated',
    code_challenge_method: 'challenge-method-repeated',
    response_mode: 'authorization-parameter-repeated',
    prompt: 'authorization-parameter-repeated',
    max_age: 'authorization-parameter-repeated',
    display: 'authorization-parameter-repeated',
    ui_locales: 'authorization-parameter-repeated',
    login_hint: 'authorization-parameter-repeated',
  },
  repeatable: ['resource'],
}

export const AuthorizationCall = z.object({
  parameters: z.optional(z.string()),
  context: z.optional(TicketContext),
})

/** `/auth/authorization` of the Web API (Authlete contract, section 2.1). @throws Refusal authorization-…, redirect-uri-repeated */
export function readAuthorization(call: z.infer<typeof AuthorizationCall>): AuthorizationRequest {
  if (call.parameters === undefined) throw new Refusal('authorization-parameters-missing')
  const { parameters, empty, repeated, repeatable } = readParameters(call.parameters, PARAMETERS)
  if (repeated.has('client_id')) throw new Refusal('authorization-client-repeated')
  if (repeated.has('redirect_uri')) throw new Refusal('redirect-uri-repeated')
  const clientId = parameters.get('client_id')
  if (clientId === undefined) {
    throw new Refusal(empty.has('client_id') ? 'authorization-client-empty' : 'authorization-client-missing')
  }
  // Neither of two values can be trusted.
  const value = (name: string) => (repeated.has(name) ? undefined : parameters.get(name))
  const [first] = repeated
  return {
    clientId,
    responseType: value('response_type'),
    responseMode: value('response_mode'),
    redirectUri: value('redirect_uri'),
    scope: value('scope'),
    state: value('state'),
    codeChallenge: value('code_challenge'),
    codeChallengeMethod: value('code_challenge_method'),
    prompt: value('prompt'),
    maxAge: value('max_age'),
    display: value('display'),
    uiLocales: value('ui_locales'),
    loginHint: value('login_hint'),
    resources: repeatable.get('resource') ?? [],
    empty,
    repeated: first === undefined ? undefined : repeatedReason(first, PARAMETERS, parameters),
    context: call.context,
  }
}
