import { type IssuedTokens, makeTokens } from '../../../shared/token/issue.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { parseResources } from '../../../shared/token/resource.ts'
import { grantScopes } from '../../../shared/token/scopes.ts'
import { addTo } from '../../../shared/token/terms.ts'
import { makeGrantId } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { TokenRequest } from '../request.ts'
import type { TokenContext } from './grant-type.ts'

/** RFC 6749 section 4.4. It issues no refresh token (section 4.4.3). @throws Refusal scope-…, resource-malformed, dpop-used */
export async function issueForClient(
  request: TokenRequest,
  { client, clientIdAlias, binding, certificate, proof }: TokenContext,
  call: Call,
): Promise<IssuedTokens> {
  const { service, random, store } = call
  const scopes = grantScopes(request.scope, service, client)
  if (scopes === 'malformed') throw new Refusal('scope-malformed')
  if (scopes === 'none') throw new Refusal('scope-none')
  const resources = parseResources(request.resources)
  if (resources === 'malformed') throw new Refusal('resource-malformed')
  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(random) }
  const order = {
    key,
    client,
    clientIdAlias,
    grantType: 'CLIENT_CREDENTIALS',
    terms: addTo({ scopes, resources, properties: [] }, request.extras, 'token-properties-too-large'),
    binding,
    certificate,
    accessTokenDuration: request.extras.accessTokenDuration,
  } as const
  const issued = await makeTokens(order, call)
  await store.grants.create(issued.grant, proof)
  return issued
}
