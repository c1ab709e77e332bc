import * as z from 'zod/mini'
import { type FormRules, parseParameters } from '../../shared/oauth/parameters.ts'
import { Refusal } from '../../shared/oauth/refusal.ts'
import { listMember } from '../../shared/oauth/request-body.ts'
import { Context } from './ticket-info.ts'

/** RFC 6749 section 4.1.1 with RFC 7636 section 4.3. Nothing in it is decided. */
export interface AuthorizationRequest {
  readonly clientId: string
  readonly responseType: string | undefined
  readonly redirectUri: string | undefined
  readonly scope: string | undefined
  readonly state: string | undefined
  readonly codeChallenge: string | undefined
  readonly codeChallengeMethod: string | undefined
  /** From the authorization server, to be kept with the ticket. */
  readonly context: string | undefined
}

const PARAMETERS: FormRules = {
  malformed: 'authorization-parameters-malformed',
  repeated: {
    client_id: 'authorization-client-repeated',
    response_type: 'response-type-repeated',
    redirect_uri: 'redirect-uri-repeated',
    scope: 'authorization-scope-repeated',
    state: 'state-repeated',
    code_challenge: 'challenge-repeated',
    code_challenge_method: 'challenge-method-repeated',
  },
}

/** It is kept with the ticket, and an item of the store must stay small. */
const MAX_STATE_LENGTH = 2048

export const AuthorizationCall = z.object({
  parameters: z.optional(z.string()),
  context: z.optional(Context),
})

/** `/auth/authorization` of the Web API (contract, section 2.1). @throws Refusal */
export function readAuthorization(call: z.infer<typeof AuthorizationCall>): AuthorizationRequest {
  if (call.parameters === undefined) throw new Refusal('authorization-parameters-missing')
  const parameters = parseParameters(call.parameters, PARAMETERS)
  const clientId = parameters.get('client_id')
  if (clientId === undefined) throw new Refusal('authorization-client-missing')
  const state = parameters.get('state')
  if (state !== undefined && state.length > MAX_STATE_LENGTH) throw new Refusal('state-too-long')
  return {
    clientId,
    responseType: parameters.get('response_type'),
    redirectUri: parameters.get('redirect_uri'),
    scope: parameters.get('scope'),
    state,
    codeChallenge: parameters.get('code_challenge'),
    codeChallengeMethod: parameters.get('code_challenge_method'),
    context: call.context,
  }
}

/** The end-user has agreed. */
export interface IssueRequest {
  readonly ticket: string
  readonly subject: string
  /** In place of those of the authorization request. */
  readonly scopes: readonly string[] | undefined
}

const MAX_SUBJECT_LENGTH = 100
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/

export const IssueCall = z.object({
  ticket: z.optional(z.string()),
  subject: z.optional(z.string()),
  scopes: z.optional(z.pipe(z.transform(listMember), z.array(z.string()))),
})

/** `/auth/authorization/issue` of the Web API (contract, section 2.2). @throws Refusal */
export function readIssue({ ticket, subject, scopes }: z.infer<typeof IssueCall>): IssueRequest {
  if (ticket === undefined) throw new Refusal('ticket-missing')
  if (subject === undefined) throw new Refusal('subject-missing')
  if (subject.length > MAX_SUBJECT_LENGTH) throw new Refusal('subject-too-long')
  if (!PRINTABLE_ASCII.test(subject)) throw new Refusal('subject-not-ascii')
  return { ticket, subject, scopes: scopes?.length ? [...new Set(scopes)] : undefined }
}
