import { PARAMETERS as AUTHORIZATION } from '../../functions/authorization/authorize/request.ts'
import { FORM as INTROSPECTION } from '../../functions/introspection/request.ts'
import { FORM as REVOCATION } from '../../functions/revocation/request.ts'
import { CALL as STANDARD_CALL, FORM as STANDARD } from '../../functions/standard-introspection/request.ts'
import { FORM as TOKEN } from '../../functions/token/request.ts'
import type { FormRules } from '../../shared/request/form.ts'

/** What no schema says of an endpoint. */
interface Told {
  readonly summary: string
  /** Members without which the call is refused by a code of its own. */
  readonly required?: readonly string[]
  /** The parameters of the form, or of the member `parameters`. */
  readonly form?: FormRules
  /** Nothing but a JSON body is read. */
  readonly jsonOnly?: true
}

/** In the order in which the reference has them. */
export const ENDPOINTS: Readonly<Record<string, Told>> = {
  '/auth/authorization': {
    summary: 'Judges an authorization request, and gives a ticket for it.',
    required: ['parameters'],
    form: AUTHORIZATION,
  },
  '/auth/authorization/issue': {
    summary: 'The end-user agrees: an authorization code for the ticket.',
    required: ['ticket', 'subject'],
  },
  '/auth/authorization/fail': {
    summary: 'The authorization request fails: an error for the client.',
    required: ['ticket', 'reason'],
  },
  '/auth/authorization/ticket/info': { summary: 'What is kept with a ticket.', required: ['ticket'] },
  '/auth/authorization/ticket/update': {
    summary: 'Keeps something with a ticket.',
    required: ['ticket', 'info'],
  },
  '/auth/token': {
    summary: 'Answers a token request (RFC 6749, RFC 8705).',
    required: ['parameters'],
    form: TOKEN,
  },
  '/auth/introspection': {
    summary: 'Whether an access token may be used for one request to a protected resource.',
    required: ['token'],
  },
  '/auth/introspection/standard': {
    summary: 'Answers a token introspection request (RFC 7662).',
    required: ['parameters'],
    form: STANDARD_CALL,
  },
  '/auth/revocation': {
    summary: 'Answers a token revocation request (RFC 7009).',
    required: ['parameters'],
    form: REVOCATION,
  },

  '/auth/token/create': { summary: 'Makes tokens, bound or not.', required: ['grantType'] },
  '/auth/token/update': { summary: 'Changes a token, which is named by one of three members.' },
  '/auth/token/delete': { summary: 'Ends a token, its refresh token with it.' },
  '/auth/token/revoke': { summary: 'Ends tokens: the first member that is there counts.' },
  '/auth/token/get/list': { summary: 'Tokens of a client, of a subject, or of both.' },
  '/client/authorization/get/list': { summary: 'Clients that hold tokens of an end-user.' },
  '/client/authorization/update': {
    summary: 'Other scopes for the tokens that a client holds of an end-user.',
  },
  '/client/authorization/delete': { summary: 'Ends the tokens that a client holds of an end-user.' },

  '/client/create': { summary: 'Makes a client.', jsonOnly: true },
  '/client/get': { summary: 'One client.' },
  '/client/get/list': { summary: 'The clients of the service.' },
  '/client/update': {
    summary: 'Replaces a client: what is absent goes back to its default.',
    jsonOnly: true,
  },
  '/client/delete': { summary: 'Ends a client, all its tokens with it.' },
  '/client/lock_flag/update': { summary: 'Locks or unlocks a client, at once.', required: ['clientLocked'] },
  '/client/secret/refresh': { summary: 'A new secret for a client.' },
  '/client/secret/update': { summary: 'Sets the secret of a client.', required: ['clientSecret'] },

  '/service/create': { summary: 'Makes a service.', required: ['issuer'], jsonOnly: true },
  '/service/get': { summary: 'One service.' },
  '/service/get/list': { summary: 'All services.' },
  '/service/update': { summary: 'Changes a service: what is absent stays, `null` clears.', jsonOnly: true },
  '/service/delete': { summary: 'Ends a service.' },
  '/service/configuration': { summary: 'The authorization server metadata of the service (RFC 8414).' },
  '/service/jwks/get': { summary: 'The public keys of the service (RFC 7517).' },

  '/misc/echo': { summary: 'A probe.' },
  '/lifecycle/healthcheck': { summary: 'A probe: `OK`.' },

  '/token': { summary: 'The token endpoint (RFC 6749, RFC 8705).', required: ['grant_type'], form: TOKEN },
  '/introspection': {
    summary: 'Whether the holder of the connection may use an access token that is bound to its certificate.',
    required: ['token'],
    form: INTROSPECTION,
  },
  '/introspection/standard': {
    summary: 'Token introspection (RFC 7662).',
    required: ['token'],
    form: STANDARD,
  },
  '/revocation': { summary: 'Token revocation (RFC 7009).', required: ['token'], form: REVOCATION },
  '/.well-known/oauth-authorization-server': { summary: 'The authorization server metadata (RFC 8414).' },
  '/jwks': { summary: 'The public keys (RFC 7517).' },
}

/** @throws Error when the endpoint is not in the table */
export function told(endpoint: string): Told {
  const found = ENDPOINTS[endpoint]
  if (found === undefined)
    throw new Error(`infra/reference/endpoints.ts does not tell what ${endpoint} is for`)
  return found
}
