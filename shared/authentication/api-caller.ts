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

const cached: FindService = (service, { registry }) => registry.findService(service)
const evenDeleted: FindService = (service, { registry }) => registry.findForDeletion(service)

/**
 * Authenticates a caller of the Web API by the credentials of a service. In v3 the path has the service and the caller
 * sends a Bearer token; in v2 Basic credentials have both (Authlete contract, section 1.1).
 *
 * @param role the smallest role that suffices; a larger role includes the smaller ones
 * @throws Refusal credentials-…, service-…, bearer-invalid, role-too-small
 */
export async function serviceByCredentials(
  http: HttpRequest,
  role: Role,
  around: Surroundings,
  find = cached,
): Promise<Call> {
  const { serviceId } = http.pathParameters
  if (!http.headers.has('authorization')) throw new Refusal('credentials-missing')
  if (serviceId !== undefined) {
    const bearer = readToken(http.headers.get('authorization') ?? [], ['bearer'])
    if (typeof bearer === 'string') throw new Refusal('credentials-malformed')
    return proveService({ id: serviceId, secret: bearer.token }, role, around, find, 'bearer-invalid')
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') throw new Refusal('credentials-malformed')
  return proveService(basic, role, around, find, 'service-unknown', 'service-secret-wrong')
}

async function proveService(
  { id, secret }: BasicCredentials,
  role: Role,
  around: Surroundings,
  find: FindService,
  unknown: Reason,
  wrong: Reason = unknown,
): Promise<Call> {
  const { store, now, log } = around
  const service = await findNamed(id, store, find)
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

async function findNamed(id: string, store: Store, find: FindService): Promise<Service | undefined> {
  const number = parseNumber(id)
  return number === undefined ? undefined : find(number, store)
}

/**
 * The same, and in v3 also by the organization's token, which has the role `manage` in every service.
 *
 * @throws Refusal as `serviceByCredentials`, api-service-unknown
 */
export async function serviceByCredentialsOrOrganization(
  http: HttpRequest,
  role: Role,
  around: Surroundings,
): Promise<Call> {
  const { serviceId } = http.pathParameters
  const owner = serviceId === undefined ? undefined : await judgeOwner(http, around)
  if (serviceId === undefined || typeof owner !== 'object' || owner.credential !== 'organization') {
    return serviceByCredentials(http, role, around)
  }
  return serviceOfOwner(serviceId, admitted(owner, around), cached)
}

/**
 * Authenticates a caller who manages a service: by credentials of the service with the role `manage`, or by those of the
 * owner of the deployment (v2: the owner's key, with the service in the path; v3: the organization's token).
 *
 * @throws Refusal credentials-…, service-…, owner-…, bearer-invalid, role-too-small, api-service-unknown
 */
export function serviceForManagement(http: HttpRequest, around: Surroundings): Promise<Call> {
  return managed(http, around, cached)
}

/** The same for the deletion of a service, which goes on at the next call if it could not end. */
export function serviceForDeletion(http: HttpRequest, around: Surroundings): Promise<Call> {
  return managed(http, around, evenDeleted)
}

async function managed(http: HttpRequest, around: Surroundings, find: FindService): Promise<Call> {
  const { serviceId, apiKey } = http.pathParameters
  const owner = await judgeOwner(http, around)
  if (typeof owner === 'string' && apiKey === undefined) {
    return serviceByCredentials(http, 'manage', around, find)
  }
  return serviceOfOwner(serviceId ?? apiKey ?? '', admitted(owner, around), find)
}

async function serviceOfOwner(id: string, call: OwnerCall, find: FindService): Promise<Call> {
  const service = await findNamed(id, call.store, find)
  if (service === undefined) throw new Refusal('api-service-unknown')
  call.log.note({ service: service.apiKey })
  return { ...call, service, caller: { ...call.caller, role: 'manage' } }
}

/**
 * Authenticates the owner of the deployment by key and secret (v2) or by the organization's token (v3).
 *
 * @throws Refusal credentials-…, owner-…, bearer-invalid
 */
export async function proveOwner(http: HttpRequest, around: Surroundings): Promise<OwnerCall> {
  return admitted(await judgeOwner(http, around), around)
}

function admitted(owner: Caller | Reason, around: Surroundings): OwnerCall {
  if (typeof owner === 'string') throw new Refusal(owner)
  around.log.note({ credential: owner.credential })
  return { ...around, caller: owner }
}

async function judgeOwner(http: HttpRequest, { store }: Surroundings): Promise<Caller | Reason> {
  if (!http.headers.has('authorization')) return 'credentials-missing'
  const owner = await store.registry.findOwner()
  const bearer = readToken(http.headers.get('authorization') ?? [], ['bearer'])
  if (typeof bearer !== 'string') {
    const isRight = owner !== undefined && isSameText(digest(bearer.token), owner.organizationTokenDigest)
    return isRight ? { credential: 'organization', role: 'owner' } : 'bearer-invalid'
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') return 'credentials-malformed'
  if (owner?.apiKey !== basic.id) return 'owner-unknown'
  const isRight = isSameText(digest(basic.secret), owner.apiSecretDigest)
  return isRight ? { credential: 'owner', role: 'owner' } : 'owner-secret-wrong'
}
