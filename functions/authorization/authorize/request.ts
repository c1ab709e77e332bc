import * as z from 'zod/mini'
import { lazyObject } from '../../../shared/lazy-object.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { readParameters } from '../../../shared/request/form.ts'
import { type AuthorizationRequest, PARAMETERS, readRequest, TicketContext } from '../request/request.ts'

export const AuthorizationCall = lazyObject(() => ({
  parameters: z.optional(z.string()),
  context: z.optional(TicketContext),
}))

/**
 * `/auth/authorization` of the Web API (Authlete contract, section 2.1).
 *
 * @throws Refusal authorization-…, redirect-uri-repeated, request-uri-repeated
 */
export function readAuthorization(call: z.infer<typeof AuthorizationCall>): AuthorizationRequest {
  if (call.parameters === undefined) throw new Refusal('authorization-parameters-missing')
  const form = readParameters(call.parameters, PARAMETERS)
  const { parameters, empty, repeated } = form
  if (repeated.has('client_id')) throw new Refusal('authorization-client-repeated')
  if (repeated.has('redirect_uri')) throw new Refusal('redirect-uri-repeated')
  // A repeated one would count as absent, and the request as one that was not pushed.
  if (repeated.has('request_uri')) throw new Refusal('request-uri-repeated')
  const clientId = parameters.get('client_id')
  if (clientId === undefined) {
    throw new Refusal(empty.has('client_id') ? 'authorization-client-empty' : 'authorization-client-missing')
  }
  return readRequest(form, clientId, call.context)
}
