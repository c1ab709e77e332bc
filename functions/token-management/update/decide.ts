import { isDeepStrictEqual } from 'node:util'
import { type Binding, boundKey, boundThumbprint, readBinding } from '../../../shared/certificate/binding.ts'
import { isRevokedForNewTokens } from '../../../shared/token/certificate-in-use.ts'
import { type IssuedTokens, makeTokens } from '../../../shared/token/issue.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { availableScopes } from '../../../shared/token/scopes.ts'
import { requiredBinding } from '../../../shared/possession/token-binding.ts'
import { keyOf } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { Client } from '../../../shared/store/client.ts'
import type { Tokens } from '../../../shared/store/grant.ts'
import type { Service } from '../../../shared/store/service.ts'
import { changeGrant, findByAccessToken, withScopes } from '../find-grant.ts'
import { refuseLargeProperties } from '../../../shared/token/terms.ts'
import type { TokenUpdateRequest } from './request.ts'

export interface UpdatedTokens extends Pick<IssuedTokens, 'grant' | 'jwt'> {
  /** The presented or the new token. `undefined` if the request has only an identifier and asks for no new token. */
  readonly accessToken: string | undefined
}

/**
 * Changes the tokens of a grant. The claims of an issued JWT do not change unless the request asks for a new token;
 * introspection returns the new values in any case.
 *
 * @throws Refusal update-…, unbound-not-fapi2, jwt-not-signed
 */
export async function updateToken(request: TokenUpdateRequest, call: Call): Promise<UpdatedTokens> {
  refuseLargeProperties(request.properties ?? [], 'update-properties-too-big')
  const find = () => findByAccessToken(request.named, call)
  const updated = await changeGrant(find, (grant) => applyUpdate(grant, request, call), call)
  if (updated === undefined) throw new Refusal('update-token-unknown')
  return updated
}

async function applyUpdate(current: Tokens, request: TokenUpdateRequest, call: Call): Promise<UpdatedTokens> {
  call.log.note({ client: current.client })
  const client = await call.store.registry.findClientByNumber(call.service.apiKey, current.client)
  if (client === undefined) throw new Refusal('update-token-unknown')
  const grant = withMembers(current, request, client, call.service)
  if (isBoundLonger(current, grant) && (await isRevokedForNewTokens(grant, 'absent', client, call)))
    throw new Refusal('update-certificate-revoked')
  if (!request.accessTokenValueUpdated) return { grant, accessToken: request.accessToken, jwt: undefined }
  const { clientIdAlias, grantType, terms, accessScopes, accessResources, createdAt, code } = grant
  const order = {
    key: keyOf(grant.service, grant),
    client,
    clientIdAlias,
    grantType,
    terms,
    createdAt,
    code,
    narrowed: { scopes: accessScopes, resources: accessResources },
    binding: provableBinding(grant.binding),
    renewedByAnnouncement: grant.renewedByAnnouncement,
    certificate: 'absent' as const,
    accessExpiresAt: grant.accessExpiresAt,
  }
  const issued = await makeTokens(order, call, 'update-certificate-revoked')
  const { refresh, issuedIdToken } = grant
  return { ...issued, grant: { ...issued.grant, refresh, issuedIdToken } }
}

/** Whether a change binds tokens to another certificate, or tokens that are bound end later. */
function isBoundLonger(current: Tokens, changed: Tokens): boolean {
  return (
    !isDeepStrictEqual(current.binding, changed.binding) ||
    changed.accessExpiresAt > current.accessExpiresAt ||
    (changed.refresh?.refreshExpiresAt ?? 0) > (current.refresh?.refreshExpiresAt ?? 0)
  )
}

function withMembers(current: Tokens, request: TokenUpdateRequest, client: Client, service: Service): Tokens {
  const { accessTokenExpiresAt, refreshTokenExpiresAt, properties } = request
  const available = availableScopes(service, client)
  const scopes = request.scopes?.filter((name) => available.has(name))
  const grant = scopes === undefined ? current : withScopes(current, scopes)
  return {
    ...grant,
    terms: { ...grant.terms, ...(properties === undefined ? {} : { properties }) },
    ...newBinding(current, request, client, service),
    accessExpiresAt: accessTokenExpiresAt ?? current.accessExpiresAt,
    refresh: current.refresh && {
      ...current.refresh,
      refreshExpiresAt: refreshTokenExpiresAt ?? current.refresh.refreshExpiresAt,
    },
  }
}

/** A grant keeps its kind of binding for life (decision D6). */
function newBinding(
  { binding }: Tokens,
  { certificateThumbprint, dpopKeyThumbprint }: TokenUpdateRequest,
  client: Client,
  service: Service,
): { readonly binding?: Binding } {
  if (certificateThumbprint !== undefined) {
    if (boundKey(binding) !== undefined) throw new Refusal('update-binding-kind')
    if (requiredBinding(service, client) === 'key') throw new Refusal('update-key-required')
    return { binding: { 'x5t#S256': certificateThumbprint } }
  }
  if (dpopKeyThumbprint === undefined) return {}
  if (boundThumbprint(binding) !== undefined) throw new Refusal('update-binding-kind')
  if (requiredBinding(service, client) === 'certificate') throw new Refusal('update-certificate-required')
  return { binding: { jkt: dpopKeyThumbprint } }
}

/** @throws Error for a damaged binding, which must not become an unbound JWT */
function provableBinding(stored: unknown): Binding {
  const binding = readBinding(stored)
  if (binding === 'damaged') throw new Error('the binding of the token is damaged')
  return binding
}
