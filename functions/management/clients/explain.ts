import {
  authenticateClient,
  faultOfClient,
  CLIENT_FAULT_REASON,
} from '../../../shared/authentication/client-authentication.ts'
import { JwksUnavailable } from '../../../shared/authentication/fetch-jwks.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Internet } from '../../../shared/runtime/internet.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import type { Client } from '../../../shared/store/client.ts'
import { findRequestedClient } from '../requested-client.ts'
import { type ClientPage, listPage } from './list.ts'
import type { ExplanationRequest } from './request.ts'

/** Whether a certificate would authenticate a client, and the rule that refuses it. */
export interface ExplainedClient {
  readonly client: Client
  /** `NOT_LOOKED_AT`: the client has another method, or its certificates are behind its `jwksUri`. */
  readonly outcome: 'PASSED' | 'FAILED' | 'NOT_LOOKED_AT'
  readonly refusal?: Refusal
}

export interface Explanation extends Omit<ClientPage, 'clients'> {
  readonly clients: readonly ExplainedClient[]
}

/**
 * Finds the clients that a certificate would authenticate under the rules of the token endpoint: the client is not locked and keeps the
 * profile, its method is supported, and its certificate is right. Trust in the certificate is not checked, because the TLS terminator
 * does that. Nothing is changed.
 *
 * @throws Refusal if the requested client does not exist
 */
export async function explainCertificate(request: ExplanationRequest, call: Call): Promise<Explanation> {
  const { named, page } = request
  const chosen: ClientPage =
    named === undefined
      ? await listPage(page, request, call)
      : { clients: [await findRequestedClient(named, call)], nextPageToken: undefined }
  const clients: ExplainedClient[] = []
  for (const client of chosen.clients) clients.push({ client, ...(await outcomeFor(client, request, call)) })
  return { ...chosen, clients }
}

async function outcomeFor(
  client: Client,
  { certificate, certificatePath }: ExplanationRequest,
  call: Call,
): Promise<Omit<ExplainedClient, 'client'>> {
  const { needs } = AUTHENTICATION_METHODS[client.tokenAuthMethod]
  if (needs !== 'name' && needs !== 'certificates') return { outcome: 'NOT_LOOKED_AT' }
  const form = { clientId: String(client.clientId), ...NO_OTHER_CREDENTIALS }
  const presented = { form, certificate, certificatePath, unidentified: 'client-unidentified' } as const
  try {
    const fault = faultOfClient(client, call.service)
    if (fault !== undefined) throw new Refusal(CLIENT_FAULT_REASON[fault])
    await authenticateClient(client, presented, { ...call, internet: NO_INTERNET })
    return { outcome: 'PASSED' }
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal
    return { outcome: refusal.reason === 'client-keys-unavailable' ? 'NOT_LOOKED_AT' : 'FAILED', refusal }
  }
}

const NO_OTHER_CREDENTIALS = {
  clientSecret: undefined,
  clientAssertion: undefined,
  clientAssertionType: undefined,
}

/** An explanation fetches no address that a client has chosen, and shares no fetched keys with the token endpoint. */
const NO_INTERNET: Internet = {
  resolve: () => Promise.reject(new JwksUnavailable('address-refused')),
  isAllowed: () => false,
  limitMilliseconds: 1,
  ca: undefined,
}
