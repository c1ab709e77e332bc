import { type Binding, boundThumbprint } from '../../../shared/certificate/binding.ts'
import { makeTokens } from '../../../shared/token/issue.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { availableScopes } from '../../../shared/token/scopes.ts'
import { keyOf } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import type { Service } from '../../../shared/store/service.ts'
import { findByAccessToken, lives } from '../find-grant.ts'
import { rescoped } from '../find-grant.ts'
import { judgeSize } from '../../../shared/token/terms.ts'
import type { UpdateRequest } from './request.ts'

export interface UpdatedTokens {
  readonly grant: Tokens
  /** As it was presented, or the new one. `undefined`: named by an identifier, and it stays. */
  readonly accessToken: string | undefined
  readonly jwt: string | undefined
}

const TRIES = 5

/**
 * Changes the tokens of a grant. A JWT that keeps its value says what it said before: what is asked here, and at
 * introspection, is the grant.
 *
 * @throws Refusal update-…, jwt-not-signed
 */
export async function updateToken(request: UpdateRequest, call: Call): Promise<UpdatedTokens> {
  judgeSize(request.properties ?? [], 'update-properties-too-big')
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const { grants, registry } = call.store
    const found = await findByAccessToken(request.named, call)
    if (found === undefined || !lives(found, call)) throw new Refusal('update-token-unknown')
    call.log.note({ client: found.grant.client })
    const client = await registry.findClientByNumber(call.service.apiKey, found.grant.client)
    if (client === undefined) throw new Refusal('update-token-unknown')
    const updated = await changed(found.grant, request, client, call)
    if ((await grants.change(found.grant, updated.grant)).done) return updated
  }
  throw new Error('the token changes too fast to be updated')
}

async function changed(
  current: Tokens,
  request: UpdateRequest,
  client: Client,
  call: Call,
): Promise<UpdatedTokens> {
  const grant = withMembers(current, request, client, call.service)
  if (!request.accessTokenValueUpdated) return { grant, accessToken: request.accessToken, jwt: undefined }
  const { clientIdAlias, grantType, terms, accessScopes, accessResources, createdAt, code } = grant
  const order = {
    ...{ key: keyOf(grant.service, grant), client, clientIdAlias, grantType, terms, createdAt, code },
    narrowed: { scopes: accessScopes, resources: accessResources },
    binding: provable(grant.binding),
    accessExpiresAt: grant.accessExpiresAt,
  }
  const issued = await makeTokens(order, call)
  return {
    grant: { ...issued.grant, refresh: grant.refresh },
    accessToken: issued.accessToken,
    jwt: issued.jwt,
  }
}

function withMembers(current: Tokens, request: UpdateRequest, client: Client, service: Service): Tokens {
  const { certificateThumbprint, accessTokenExpiresAt, refreshTokenExpiresAt, properties } = request
  const available = availableScopes(service, client)
  const scopes = request.scopes?.filter((name) => available.has(name))
  const grant = scopes === undefined ? current : rescoped(current, scopes)
  return {
    ...grant,
    terms: { ...grant.terms, ...(properties === undefined ? {} : { properties }) },
    ...(certificateThumbprint === undefined ? {} : { binding: { 'x5t#S256': certificateThumbprint } }),
    accessExpiresAt: accessTokenExpiresAt ?? current.accessExpiresAt,
    refresh: current.refresh && {
      ...current.refresh,
      refreshExpiresAt: refreshTokenExpiresAt ?? current.refresh.refreshExpiresAt,
    },
  }
}

/** A new JWT must not be made as unbound because the binding cannot be read. */
function provable(binding: unknown): Binding {
  const bound = boundThumbprint(binding)
  if (bound === undefined && binding !== 'none') throw new Error('the binding of the token is damaged')
  return bound === undefined ? 'none' : { 'x5t#S256': bound }
}
