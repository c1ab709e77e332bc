import type { HttpRequest } from '../http.ts'
import type { Runtime } from '../runtime.ts'
import { type Role, ROLES, type Service } from '../store/service.ts'
import { readBasic } from '../request/basic.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { digest, sameDigest } from '../store/digest.ts'

const SERVICE_ID = /^[1-9][0-9]{0,15}$/
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i

/**
 * The service on whose behalf the Web API is called: v3 names it in the path and brings a Bearer token, v2 names it
 * in Basic credentials (Authlete contract, section 1.1). A larger role includes the smaller ones.
 *
 * @throws Refusal credentials-…, service-…, bearer-invalid, role-too-small
 */
export async function serviceByCredentials(
  http: HttpRequest,
  role: Role,
  runtime: Runtime,
): Promise<Service> {
  const { serviceId } = http.pathParameters
  if (!http.headers.has('authorization')) throw new Refusal('credentials-missing')
  if (serviceId !== undefined) {
    const secret = BEARER.exec(onlyAuthorization(http))?.[1]
    if (secret === undefined) throw new Refusal('credentials-malformed')
    return prove(serviceId, secret, role, runtime, 'bearer-invalid', 'bearer-invalid')
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') throw new Refusal('credentials-malformed')
  return prove(basic.id, basic.secret, role, runtime, 'service-unknown', 'service-secret-wrong')
}

async function prove(
  serviceId: string,
  secret: string,
  role: Role,
  { store, now }: Runtime,
  unknown: Reason,
  wrong: Reason,
): Promise<Service> {
  const service = SERVICE_ID.test(serviceId) ? await store.registry.findService(Number(serviceId)) : undefined
  if (service === undefined) throw new Refusal(unknown)
  const presented = digest(secret)
  const credential = service.credentials.find((known) => sameDigest(presented, known.digest))
  if (credential === undefined) throw new Refusal(wrong)
  if (credential.expiresAt !== undefined && now() >= credential.expiresAt) throw new Refusal(wrong)
  if (ROLES.indexOf(credential.role) < ROLES.indexOf(role)) throw new Refusal('role-too-small')
  return service
}

function onlyAuthorization(http: HttpRequest): string {
  const [value, ...more] = http.headers.get('authorization') ?? []
  return value === undefined || more.length > 0 ? '' : value
}

/**
 * The service that is itself to be managed: by its own credentials of the role `manage`, or by the owner of the
 * deployment (v2: the owner's key on a path that names the service; v3: the organization's token).
 *
 * @throws Refusal
 */
export async function serviceForManagement(http: HttpRequest, runtime: Runtime): Promise<Service> {
  const { serviceId, apiKey } = http.pathParameters
  const isOwner = (await judgeOwner(http, runtime)) === undefined
  if (!isOwner && apiKey === undefined) return serviceByCredentials(http, 'manage', runtime)
  if (!isOwner) await proveOwner(http, runtime)
  const named = serviceId ?? apiKey ?? ''
  const service = SERVICE_ID.test(named) ? await runtime.store.registry.findService(Number(named)) : undefined
  if (service === undefined) throw new Refusal('api-service-unknown')
  return service
}

/** The owner of the deployment: v2 key and secret, or v3 token of the organization. @throws Refusal */
export async function proveOwner(http: HttpRequest, runtime: Runtime): Promise<void> {
  const reason = await judgeOwner(http, runtime)
  if (reason !== undefined) throw new Refusal(reason)
}

async function judgeOwner(http: HttpRequest, { store }: Runtime): Promise<Reason | undefined> {
  if (!http.headers.has('authorization')) return 'credentials-missing'
  const owner = await store.registry.findOwner()
  const bearer = BEARER.exec(onlyAuthorization(http))?.[1]
  if (bearer !== undefined) {
    if (owner === undefined) return 'bearer-invalid'
    return sameDigest(digest(bearer), owner.organizationTokenDigest) ? undefined : 'bearer-invalid'
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') return 'credentials-malformed'
  if (owner?.apiKey !== basic.id) return 'owner-unknown'
  return sameDigest(digest(basic.secret), owner.apiSecretDigest) ? undefined : 'owner-secret-wrong'
}
