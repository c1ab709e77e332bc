import type { Binding } from '../../../shared/certificate/binding.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { type IssuedTokens, makeTokens } from '../../../shared/token/issue.ts'
import {
  newRefreshToken,
  type RefreshedGrant,
  type RefreshToken,
} from '../../../shared/token/refresh-token.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { availableScopes } from '../../../shared/token/scopes.ts'
import { addTo, refuseSubjectOfClient } from '../../../shared/token/terms.ts'
import { endOlderGrants } from '../../../shared/token/end-older-grants.ts'
import { requiredBinding } from '../../../shared/possession/token-binding.ts'
import { makeGrantId } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { CreateRequest } from './request.ts'

export interface CreatedTokens extends IssuedTokens {
  readonly client: Client
}

/**
 * Issues tokens without an authorization or a token request. If the request has a thumbprint, the tokens are bound, regardless of the
 * settings (Authlete contract, section 4.1).
 *
 * @throws Refusal create-…, jwt-not-signed
 */
export async function createTokens(request: CreateRequest, call: Call): Promise<CreatedTokens> {
  const { grantType, subject, scopes, resources, accessTokenDuration } = request
  const { service, now, random, store, log } = call
  if (!service.supportedGrantTypes.includes(grantType)) throw new Refusal('create-grant-type-unsupported')
  const client = await findClient(request, call)
  log.note({ client: client.clientId })
  await refuseSubjectOfClient(subject, 'create-subject-is-client', call)
  const available = availableScopes(service, client)
  if (!scopes.every((name) => available.has(name))) throw new Refusal('create-scope-unsupported')

  const granted = { scopes, resources, subject, ...request.authentication, properties: [] }
  const terms = addTo(granted, request.additions, 'create-properties-too-big')
  const binding = requestedBinding(request)
  const required = requiredBinding(service, client)
  if (required === 'certificate' && request.dpopKeyThumbprint !== undefined)
    throw new Refusal('create-certificate-required')
  if (required === 'key' && request.certificateThumbprint !== undefined)
    throw new Refusal('create-key-required')
  log.note({ thumbprint: request.certificateThumbprint })
  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(random) }
  const issued = await makeTokens(
    {
      key,
      client,
      clientIdAlias: request.clientIdAliasUsed ? client.clientIdAlias : undefined,
      grantType,
      terms,
      binding,
      certificate: 'absent',
      accessExpiresAt: accessTokenDuration === undefined ? undefined : addSeconds(now, accessTokenDuration),
      refresh: refreshTokenFor({ key, client, terms }, request, call),
    },
    call,
    'create-certificate-revoked',
  )
  await store.grants.createWithoutProof(issued.grant)
  await endOlderGrants(issued.grant, client, call)
  return { ...issued, client }
}

async function findClient({ client: named }: CreateRequest, { service: { apiKey }, store }: Call) {
  const client = await store.registry.findClient(apiKey, named)
  if (client === undefined) throw new Refusal('create-client-unknown')
  if (client.locked) throw new Refusal('create-client-locked')
  return client
}

function requestedBinding({ certificateThumbprint, dpopKeyThumbprint }: CreateRequest): Binding {
  if (dpopKeyThumbprint !== undefined) return { jkt: dpopKeyThumbprint }
  return certificateThumbprint === undefined ? 'none' : { 'x5t#S256': certificateThumbprint }
}

/** The client need not have the grant type `REFRESH_TOKEN` (Authlete contract, section 2.7). */
function refreshTokenFor(
  grant: RefreshedGrant,
  { grantType, refreshTokenDuration }: CreateRequest,
  call: Call,
): RefreshToken | undefined {
  const refreshes = call.service.supportedGrantTypes.includes('REFRESH_TOKEN')
  if (grantType === 'CLIENT_CREDENTIALS' || !refreshes) return undefined
  return newRefreshToken(grant, call, refreshTokenDuration)
}
