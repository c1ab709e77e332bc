import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import {
  authenticateClient,
  type IdentifiedClient,
  identifyClient,
} from '../../shared/authentication/client-authentication.ts'
import {
  findAccessToken,
  findRefreshToken,
  type FoundToken,
  type NotAnAccessToken,
} from '../../shared/token/find-token.ts'
import type { PresentedCredentials } from '../../shared/authentication/presented-credentials.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { lifeOf, REASONS_OF_LIFE } from '../../shared/token/life.ts'
import { audiencesOf } from '../../shared/token/resource.ts'
import { findPreferredKey, type SigningKey } from '../../shared/token/sign.ts'
import { clientIdText } from '../../shared/store/client-view.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Client } from '../../shared/store/client.ts'
import type { ClientState, RefreshMembers } from '../../shared/store/grant.ts'
import type { Service } from '../../shared/store/service.ts'
import type { StandardIntrospectionRequest } from './request.ts'

export interface StandardIntrospection {
  /** The live token, if the caller may know it. An inactive token is an answer, not a refusal (RFC 7662 section 2.2). */
  readonly token: TypedToken | undefined
  readonly withHidden: boolean
  readonly signature: Signature | undefined
}

export type TypedToken = FoundToken &
  ({ readonly type: 'access_token' } | { readonly type: 'refresh_token'; readonly refresh: RefreshMembers })

export interface Signature extends SigningKey {
  /** The client ID of the caller, or the URI of the resource server. */
  readonly audience: string
  readonly issuedAt: EpochSeconds
}

/**
 * Introspects a token for its service, for a resource server that it is meant for, or for the confidential client that owns
 * it. Everyone else gets an inactive answer, which cannot be distinguished from that for an ended token (decision D30). The answer has
 * the binding, but the binding is not checked (decision D31).
 *
 * @throws Refusal when the caller is not authenticated; client-deleted, client-locked, caller-public, introspection-not-signed
 * @see RFC 7662, RFC 8705 section 3.2
 */
export async function introspectStandard(
  request: StandardIntrospectionRequest,
  call: Call,
): Promise<StandardIntrospection> {
  const caller = request.caller && (await authenticateCaller(request.caller, call))
  const signature = await signatureFor(request, caller, call)
  const token = await introspectToken(request, caller?.client, call)
  return { token, withHidden: request.withHidden, signature }
}

/** If the service has no key for a requested signature, the request is refused, because the caller does not expect an unsigned answer. */
async function signatureFor(
  { signed, resourceServer = '' }: StandardIntrospectionRequest,
  caller: IdentifiedClient | undefined,
  call: Call,
): Promise<Signature | undefined> {
  if (signed === undefined) return undefined
  const alg = signed.alg ?? caller?.client.introspectionSignAlg ?? DEFAULT_ALGORITHM
  const key = await findPreferredKey(alg, 'introspectionSignatureKeyId', call)
  if (key === undefined) throw new Refusal('introspection-not-signed')
  const audience = caller ? clientIdText(caller.client.clientId, caller.clientIdAlias) : resourceServer
  return { ...key, audience, issuedAt: call.now }
}

/** RFC 9701 section 6. */
const DEFAULT_ALGORITHM = 'RS256'

/** Only the log has the reason why a token is inactive for its caller. */
async function introspectToken(
  request: StandardIntrospectionRequest,
  caller: Client | undefined,
  call: Call,
): Promise<TypedToken | undefined> {
  const found = await findToken(request.token, caller, call)
  if (typeof found !== 'string' && caller !== undefined) requireUsable(found.caller)
  if (typeof found !== 'string' && caller === undefined) call.log.note({ client: found.grant.client })
  const inactive = typeof found === 'string' ? found : await whyInactive(found, request, caller, call)
  call.log.note({ inactive })
  return typeof found === 'string' || inactive !== undefined ? undefined : found
}

async function whyInactive(
  found: TypedToken,
  { resourceServer }: StandardIntrospectionRequest,
  caller: Client | undefined,
  call: Call,
): Promise<string | undefined> {
  const life = await lifeOf(found, call, {
    refresh: found.type === 'refresh_token' ? found.refresh : undefined,
    certificate: 'note',
  })
  if (life !== 'valid') return REASONS_OF_LIFE[life]
  const isMeant = resourceServer === undefined || isMeantFor(resourceServer, found)
  if (isMeant && mayKnow(caller, found, call.service)) return undefined
  return found.type === 'refresh_token' ? 'refresh-token-not-of-caller' : 'audience-not-of-caller'
}

/** Reads the store at most once, because the kinds of token differ in form. */
async function findToken(
  token: string,
  caller: Client | undefined,
  call: Call,
): Promise<TypedToken | NotAnAccessToken> {
  const refreshed = await findRefreshToken(token, call, caller?.clientId)
  if (refreshed !== undefined) return { ...refreshed, type: 'refresh_token' }
  const found = await findAccessToken(token, call, caller?.clientId)
  return typeof found === 'string' ? found : { ...found, type: 'access_token' }
}

/** Refuses a caller that was locked or deleted while its record was still cached. */
function requireUsable(caller: ClientState | undefined): void {
  if (caller === undefined) throw new Refusal('client-deleted')
  if (caller.locked) throw new Refusal('client-locked')
}

/** A token that was requested without resources is meant for every resource server (Authlete contract, section 2.9). */
function isMeantFor(resourceServer: string, { grant, type }: TypedToken): boolean {
  const resources = type === 'access_token' ? grant.accessResources : grant.terms.resources
  return resources.length === 0 || resources.includes(resourceServer)
}

function mayKnow(caller: Client | undefined, { grant, type }: TypedToken, service: Service): boolean {
  if (caller === undefined || caller.clientId === grant.client) return true
  const { resourceServerAudiences } = caller
  return (
    type === 'access_token' &&
    (resourceServerAudiences.includes('*') ||
      audiencesOf(grant, service).some((audience) => resourceServerAudiences.includes(audience)))
  )
}

async function authenticateCaller(presented: PresentedCredentials, call: Call): Promise<IdentifiedClient> {
  const identified = await identifyClient(presented, call)
  const { client } = identified
  call.log.note({ client: client.clientId })
  await authenticateClient(client, presented, call)
  // A public client proves nothing, so anyone with a stolen token could introspect it in the client's name.
  if (client.clientType === 'PUBLIC') throw new Refusal('caller-public')
  return identified
}
