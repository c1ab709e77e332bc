import type { HttpRequest } from '../http.ts'
import type { Call, Caller, OwnerCall, Surroundings } from '../runtime/call.ts'
import { type Role, ROLES, type Service } from '../store/service.ts'
import type { Store } from '../store/store.ts'
import { type BasicCredentials, readBasic } from '../request/basic.ts'
import { readToken } from '../request/bearer.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { credentialId, digest } from '../store/digest.ts'
import { parseNumber } from '../store/identity.ts'
import { isSameText } from '../constant-time.ts'

/** Reads a service from the registry. */
type FindService = (service: number, store: Store) => Promise<Service | undefined>

const findCached: FindService = (service, { registry }) => registry.findService(service)

/**
 * Authenticates a caller of the Web API with the credentials of a service. In v3 the path names the service and the caller
 * sends a Bearer token. In v2 Basic credentials have both (Authlete contract, section 1.1).
 *
 * @param role the smallest role that suffices; a larger role includes the smaller ones
 * @throws Refusal credentials-…, service-…, bearer-invalid, role-too-small
 */
export async function serviceByCredentials(
  http: HttpRequest,
  role: Role,
  around: Surroundings,
  find = findCached,
): Promise<Call> {
  const { serviceId } = http.pathParameters
  if (!http.headers.has('authorization')) throw new Refusal('credentials-missing')
  if (serviceId !== undefined) {
    const bearer = readToken(http.headers.get('authorization') ?? [], ['bearer'])
    if (typeof bearer === 'string') throw new Refusal('credentials-malformed')
    return authenticateService({ id: serviceId, secret: bearer.token }, role, around, find, 'bearer-invalid')
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') throw new Refusal('credentials-malformed')
  return authenticateService(basic, role, around, find, 'service-unknown', 'service-secret-wrong')
}

async function authenticateService(
  { id, secret }: BasicCredentials,
  role: Role,
  around: Surroundings,
  find: FindService,
  unknown: Reason,
  wrong: Reason = unknown,
): Promise<Call> {
  const { store, now, log } = around
  const service = await findById(id, store, find)
  if (service === undefined) throw new Refusal(unknown)
  const presented = digest(secret)
  const credential = service.credentials.find((known) => isSameText(presented, known.digest))
  if (credential === undefined) throw new Refusal(wrong)
  if (credential.expiresAt !== undefined && now >= credential.expiresAt) throw new Refusal(wrong)
  log.note({ service: service.apiKey })
  const caller = { credential: credentialId(credential), role: credential.role }
  log.note({ credential: caller.credential })
  if (ROLES.indexOf(credential.role) < ROLES.indexOf(role)) throw new Refusal('role-too-small')
  return { ...around, service, caller }
}

async function findById(id: string, store: Store, find: FindService): Promise<Service | undefined> {
  const number = parseNumber(id)
  return number === undefined ? undefined : find(number, store)
}

/**
 * Authenticates like `serviceByCredentials`, and in v3 also with the organization's token, which has the role `manage` in every service.
 *
 * @throws Refusal as `serviceByCredentials`, api-service-unknown
 */
export async function serviceByCredentialsOrOrganization(
  http: HttpRequest,
  role: Role,
  around: Surroundings,
): Promise<Call> {
  const { serviceId } = http.pathParameters
  const owner = serviceId === undefined ? undefined : await ownerByCredentials(http, around)
  if (serviceId === undefined || typeof owner !== 'object' || !owner.credential.startsWith('organization:')) {
    return serviceByCredentials(http, role, around)
  }
  return serviceOfOwner(serviceId, ownerCall(owner, around), findCached)
}

/**
 * Authenticates a caller who manages a service. The credentials are those of the service with the role `manage`, or those of the owner of
 * the deployment: in v2 the owner's key, with the service in the path, and in v3 the organization's token.
 *
 * @throws Refusal credentials-…, service-…, owner-…, bearer-invalid, role-too-small, api-service-unknown
 */
export async function serviceForManagement(
  http: HttpRequest,
  around: Surroundings,
  find = findCached,
): Promise<Call> {
  const { serviceId, apiKey } = http.pathParameters
  const owner = await ownerByCredentials(http, around)
  if (typeof owner === 'string' && apiKey === undefined) {
    return serviceByCredentials(http, 'manage', around, find)
  }
  return serviceOfOwner(serviceId ?? apiKey ?? '', ownerCall(owner, around), find)
}

/** Authenticates like `serviceForManagement`, also for a deleted service, whose deletion may have to continue. */
export function serviceForDeletion(http: HttpRequest, around: Surroundings): Promise<Call> {
  return serviceForManagement(http, around, (service, { registry }) => registry.findForDeletion(service))
}

async function serviceOfOwner(id: string, call: OwnerCall, find: FindService): Promise<Call> {
  const service = await findById(id, call.store, find)
  if (service === undefined) throw new Refusal('api-service-unknown')
  call.log.note({ service: service.apiKey })
  return { ...call, service, caller: { ...call.caller, role: 'manage' } }
}

/**
 * Authenticates the owner of the deployment with key and secret (v2) or with the organization's token (v3).
 *
 * @throws Refusal credentials-…, owner-…, bearer-invalid
 */
export async function authenticateOwner(http: HttpRequest, around: Surroundings): Promise<OwnerCall> {
  return ownerCall(await ownerByCredentials(http, around), around)
}

function ownerCall(owner: Caller | Reason, around: Surroundings): OwnerCall {
  if (typeof owner === 'string') throw new Refusal(owner)
  around.log.note({ credential: owner.credential })
  return { ...around, caller: owner }
}

async function ownerByCredentials(http: HttpRequest, { store }: Surroundings): Promise<Caller | Reason> {
  if (!http.headers.has('authorization')) return 'credentials-missing'
  const { credentials = [] } = (await store.registry.findOwner()) ?? {}
  const bearer = readToken(http.headers.get('authorization') ?? [], ['bearer'])
  if (typeof bearer !== 'string') {
    const presented = digest(bearer.token)
    const known = credentials.find((each) => isSameText(presented, each.organizationTokenDigest))
    return known === undefined
      ? 'bearer-invalid'
      : { credential: `organization:${known.apiKey}`, role: 'owner' }
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') return 'credentials-malformed'
  const known = credentials.find(({ apiKey }) => apiKey === basic.id)
  if (known === undefined) return 'owner-unknown'
  const isRight = isSameText(digest(basic.secret), known.apiSecretDigest)
  return isRight ? { credential: `owner:${known.apiKey}`, role: 'owner' } : 'owner-secret-wrong'
}
