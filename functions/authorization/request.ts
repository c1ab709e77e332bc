import * as z from 'zod/mini'
import { type FormRules, readParameters, reasonFor } from '../../shared/request/form.ts'
import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'
import { listMember } from '../../shared/request/body.ts'
import {
  AUTHENTICATION_MEMBERS,
  type EndUserAuthentication,
  readAuthentication,
  checkSubject,
} from '../../shared/token/terms.ts'
import { EXTRA_MEMBERS, readExtras, type TokenExtras } from '../../shared/token/extras.ts'
import { FAILURES, type Failure } from './failures.ts'

/** RFC 6749 section 4.1.1 with RFC 7636 section 4.3. But for the client's name nothing in it is decided. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly responseType: string | undefined
  readonly responseMode: string | undefined
  readonly redirectUri: string | undefined
  readonly scope: string | undefined
  readonly state: string | undefined
  readonly codeChallenge: string | undefined
  readonly codeChallengeMethod: string | undefined
  /** OpenID Connect Core section 3.1.2.1: how the end-user is to be asked. */
  readonly prompt: string | undefined
  readonly maxAge: string | undefined
  readonly display: string | undefined
  readonly uiLocales: string | undefined
  readonly loginHint: string | undefined
  /** RFC 8707: as they came. */
  readonly resources: readonly string[]
  /** Names of parameters without a value, which count as left out. */
  readonly empty: ReadonlySet<string>
  /** Why it is refused for a parameter that is in it twice, once it is known where to send that. */
  readonly repeated: Reason | undefined
  /** From the authorization server, to be kept with the ticket. */
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
  several: ['resource'],
}

/** It lies in the ticket's item, which must stay small. */
const MAX_CONTEXT_BYTES = 8192

const Context = z.string().check(z.refine((text) => Buffer.byteLength(text) <= MAX_CONTEXT_BYTES))

export const AuthorizationCall = z.object({
  parameters: z.optional(z.string()),
  context: z.optional(Context),
})

/** `/auth/authorization` of the Web API (Authlete contract, section 2.1). @throws Refusal */
export function readAuthorization(call: z.infer<typeof AuthorizationCall>): AuthorizationRequest {
  if (call.parameters === undefined) throw new Refusal('authorization-parameters-missing')
  const { parameters, empty, repeated, several } = readParameters(call.parameters, PARAMETERS)
  if (repeated.has('client_id')) throw new Refusal('authorization-client-repeated')
  if (repeated.has('redirect_uri')) throw new Refusal('redirect-uri-repeated')
  const clientId = parameters.get('client_id')
  if (clientId === undefined) {
    throw new Refusal(empty.has('client_id') ? 'authorization-client-empty' : 'authorization-client-missing')
  }
  // Of two values neither is the client's.
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
    resources: several.get('resource') ?? [],
    empty,
    repeated: first === undefined ? undefined : reasonFor(first, PARAMETERS, parameters),
    context: call.context,
  }
}

/** The end-user has agreed. */
export interface IssueRequest {
  readonly ticket: string
  readonly subject: string
  /** In place of those of the authorization request. */
  readonly scopes: readonly string[] | undefined
  /** For the code's tokens. */
  readonly extras: TokenExtras
  readonly authentication: EndUserAuthentication
}

export const IssueCall = z.object({
  ticket: z.optional(z.string()),
  subject: z.optional(z.string()),
  scopes: z.optional(z.pipe(z.transform(listMember), z.array(z.string()))),
  ...AUTHENTICATION_MEMBERS,
  ...EXTRA_MEMBERS,
})

const SUBJECT_REASONS = {
  missing: 'subject-missing',
  tooLong: 'subject-too-long',
  notAscii: 'subject-not-ascii',
} as const

/** `/auth/authorization/issue` of the Web API (Authlete contract, section 2.2). @throws Refusal */
export function readIssue(call: z.infer<typeof IssueCall>): IssueRequest {
  const { ticket, subject, scopes } = call
  if (ticket === undefined) throw new Refusal('ticket-missing')
  return {
    ticket,
    subject: checkSubject(subject, SUBJECT_REASONS),
    scopes: scopes?.length ? [...new Set(scopes)] : undefined,
    extras: readExtras(call),
    authentication: readAuthentication(call),
  }
}

export interface FailRequest {
  readonly ticket: string
  readonly failure: Failure
  /** In place of the error description that the failure has. */
  readonly description: string | undefined
}

export const FailCall = z.object({
  ticket: z.optional(z.string()),
  reason: z.optional(z.enum(Object.keys(FAILURES) as [Failure, ...Failure[]])),
  description: z.optional(z.string()),
})

/** `/auth/authorization/fail` of the Web API. @throws Refusal */
export function readFail({ ticket, reason, description }: z.infer<typeof FailCall>): FailRequest {
  if (ticket === undefined) throw new Refusal('fail-ticket-missing')
  if (reason === undefined) throw new Refusal('fail-reason-missing')
  return { ticket, failure: reason, description }
}

export const TicketInfoCall = z.object({ ticket: z.optional(z.string()) })

/** `info` comes as text and as an object, in which clients of Java write `null` for nothing (Authlete contract, section 2.4). */
export const TicketUpdateCall = z.object({
  ticket: z.optional(z.string()),
  info: z.optional(z.union([Context, z.object({ context: z.nullish(Context) })])),
})

export interface TicketUpdate {
  readonly ticket: string
  readonly context: string
  /** Whether `info` came as text: it is answered as it came. */
  readonly asText: boolean
}

/** @throws Refusal info-ticket-missing */
export function readTicketInfo({ ticket }: z.infer<typeof TicketInfoCall>): string {
  if (ticket === undefined) throw new Refusal('info-ticket-missing')
  return ticket
}

/** @throws Refusal info-ticket-missing, info-missing */
export function readTicketUpdate({ ticket, info }: z.infer<typeof TicketUpdateCall>): TicketUpdate {
  const context = typeof info === 'string' ? info : info?.context
  if (ticket === undefined) throw new Refusal('info-ticket-missing')
  if (!context) throw new Refusal('info-missing')
  return { ticket, context, asText: typeof info === 'string' }
}
