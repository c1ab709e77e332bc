import type { Client } from '../../../shared/store/client.ts'
import type { Service } from '../../../shared/store/service.ts'
import { success } from '../../../shared/web-api.ts'
import type { ForgottenScopesAnswer, GrantedScopesAnswer } from './answer-schema.ts'
import type { GrantedScopes } from './decide.ts'

/** `/client/granted_scopes/get`. The codes of both answers are our own: Authlete publishes none. */
export function grantedScopes(
  { client: { clientId }, subject, consents }: GrantedScopes,
  { apiKey }: Service,
): GrantedScopesAnswer {
  const latest = consents.at(-1)
  const merged = new Set(consents.flatMap(({ terms }) => terms.scopes))
  return {
    ...success('A137091', `Found what was granted to the client (ID = ${String(clientId)}).`),
    serviceApiKey: apiKey,
    clientId,
    subject,
    latestGrantedScopes: latest?.terms.scopes,
    mergedGrantedScopes: latest && [...merged],
    modifiedAt: latest && latest.createdAt * 1000,
  }
}

export function forgottenScopes({ client }: { readonly client: Client }): ForgottenScopesAnswer {
  return success('A137092', `Forgot what was granted to the client (ID = ${String(client.clientId)}).`)
}
