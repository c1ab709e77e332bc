import type { Binding } from '../../../shared/certificate/binding.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { type Issued, makeTokens, newRefreshToken } from '../../../shared/token/issue.ts'
import { refreshTokenSeconds } from '../../../shared/token/lifetimes.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { availableScopes } from '../../../shared/token/scopes.ts'
import { addExtras, NO_EXTRAS } from '../../../shared/token/extras.ts'
import { endOlderGrants } from '../../../shared/token/single-token.ts'
import { makeGrantId } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import { tooBig } from '../request.ts'
import type { CreateRequest } from './request.ts'

export interface CreatedTokens extends Issued {
  readonly client: Client
}

/**
 * Makes tokens without an authorization or a token request. A thumbprint binds them whatever the settings say
 * (Authlete contract, section 4.1).
 *
 * @throws Refusal create-…, jwt-not-signed
 */
export async function createTokens(request: CreateRequest, call: Call): Promise<CreatedTokens> {
  const { grantType, subject, scopes, resources, properties, jwtAtClaims, accessTokenDuration } = request
  const { service, now, random, store, log } = call
  if (!service.supportedGrantTypes.includes(grantType)) throw new Refusal('create-grant-type-unsupported')
  const client = await findClient(request, call)
  log.client(client.clientId)
  // A token of a client itself has that for its subject (RFC 9700 section 4.15).
  if (subject !== undefined && (await store.registry.findClient(service.apiKey, subject)) !== undefined) {
    throw new Refusal('create-subject-is-client')
  }
  const available = availableScopes(service, client)
  if (!scopes.every((name) => available.has(name))) throw new Refusal('create-scope-unsupported')
  if (tooBig(properties)) throw new Refusal('create-properties-too-big')

  const binding = bindingTo(request)
  log.thumbprint(request.certificateThumbprint)
  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(random) }
  const issued = await makeTokens(
    {
      key,
      client,
      clientIdAlias: request.clientIdAliasUsed ? client.clientIdAlias : undefined,
      grantType,
      subject,
      ...request.authentication,
      ...addExtras({ properties }, { ...NO_EXTRAS, jwtAtClaims }, 'create-properties-too-big'),
      scopes,
      accessScopes: scopes,
      resources,
      accessResources: resources,
      binding,
      accessExpiresAt: accessTokenDuration === undefined ? undefined : later(now, accessTokenDuration),
      refresh: firstRefreshToken(key, request, client, call),
    },
    call,
  )
  await store.grants.create(issued.grant)
  await endOlderGrants(issued.grant, client, call)
  return { ...issued, client }
}

async function findClient({ client: named }: CreateRequest, { service: { apiKey }, store }: Call) {
  const client =
    typeof named === 'number'
      ? await store.registry.findClientByNumber(apiKey, named)
      : await store.registry.findClient(apiKey, named)
  if (client === undefined) throw new Refusal('create-client-unknown')
  if (client.locked) throw new Refusal('create-client-locked')
  return client
}

function bindingTo({ certificateThumbprint }: CreateRequest): Binding {
  return certificateThumbprint === undefined ? 'none' : { 'x5t#S256': certificateThumbprint }
}

/** Also where the client does not declare that it refreshes (Authlete contract, section 2.7). */
function firstRefreshToken(
  key: Parameters<typeof newRefreshToken>[0],
  { grantType, scopes, refreshTokenDuration }: CreateRequest,
  client: Client,
  call: Call,
) {
  const { service } = call
  if (grantType === 'CLIENT_CREDENTIALS' || !service.supportedGrantTypes.includes('REFRESH_TOKEN')) {
    return undefined
  }
  return newRefreshToken(key, refreshTokenDuration ?? refreshTokenSeconds(service, client, scopes), call)
}
