import { type Binding, boundThumbprint } from '../../../shared/certificate/binding.ts'
import { makeTokens } from '../../../shared/token/issue.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { availableScopes } from '../../../shared/token/scopes.ts'
import { keyOf } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import type { Service } from '../../../shared/store/service.ts'
import { findByAccessToken, lives, withScopes } from '../find-grant.ts'
import { judgePropertiesSize } from '../../../shared/token/terms.ts'
import type { UpdateRequest } from './request.ts'

export interface UpdatedTokens {
  readonly grant: Tokens
  /** The presented or the new token. `undefined` if the request has only an identifier and asks for no new token. */
  readonly accessToken: string | undefined
  readonly jwt: string | undefined
}

const TRIES = 5

/**
 * Changes the tokens of a grant. The claims of an issued JWT do not change unless the request asks for a new token;
 * introspection returns the new values in any case.
 *
 * @throws Refusal update-…, jwt-not-signed
 */
export async function updateToken(request: UpdateRequest, call: Call): Promise<UpdatedTokens> {
  judgePropertiesSize(request.properties ?? [], 'update-properties-too-big')
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
  throw new Error('gave up: other writers changed the token on every attempt')
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
    binding: readBinding(grant.binding),
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
  const grant = scopes === undefined ? current : withScopes(current, scopes)
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

/** A damaged binding must not become an unbound JWT. @throws Error for a damaged binding */
function readBinding(binding: unknown): Binding {
  const bound = boundThumbprint(binding)
  if (bound === undefined && binding !== 'none') throw new Error('the binding of the token is damaged')
  return bound === undefined ? 'none' : { 'x5t#S256': bound }
}
