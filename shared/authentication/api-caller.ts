import type { HttpRequest } from '../http.ts'
import type { Call, Caller, OwnerCall, Surroundings } from '../call.ts'
import { type Role, ROLES } from '../store/service.ts'
import { type BasicCredentials, readBasic } from '../request/basic.ts'
import { readBearer } from '../request/bearer.ts'
import { type Reason, Refusal } from '../refusal/refusal.ts'
import { credentialId, digest, sameDigest } from '../store/digest.ts'

const SERVICE_ID = /^[1-9][0-9]{0,15}$/

/**
 * The service on whose behalf the Web API is called: v3 names it in the path and brings a Bearer token, v2 names it
 * in Basic credentials (Authlete contract, section 1.1). A larger role includes the smaller ones.
 *
 * @throws Refusal credentials-…, service-…, bearer-invalid, role-too-small
 */
export async function serviceByCredentials(
  http: HttpRequest,
  role: Role,
  around: Surroundings,
): Promise<Call> {
  const { serviceId } = http.pathParameters
  if (!http.headers.has('authorization')) throw new Refusal('credentials-missing')
  if (serviceId !== undefined) {
    const bearer = readBearer(http.headers.get('authorization') ?? [])
    if (typeof bearer === 'string') throw new Refusal('credentials-malformed')
    return prove({ id: serviceId, secret: bearer.token }, role, around, BEARER_REASONS)
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') throw new Refusal('credentials-malformed')
  return prove(basic, role, around, BASIC_REASONS)
}

interface ProofReasons {
  readonly unknown: Reason
  readonly wrong: Reason
}

const BASIC_REASONS: ProofReasons = { unknown: 'service-unknown', wrong: 'service-secret-wrong' }
const BEARER_REASONS: ProofReasons = { unknown: 'bearer-invalid', wrong: 'bearer-invalid' }

async function prove(
  { id, secret }: BasicCredentials,
  role: Role,
  around: Surroundings,
  { unknown, wrong }: ProofReasons,
): Promise<Call> {
  const { store, now, log } = around
  const service = SERVICE_ID.test(id) ? await store.registry.findService(Number(id)) : undefined
  if (service === undefined) throw new Refusal(unknown)
  const presented = digest(secret)
  const credential = service.credentials.find((known) => sameDigest(presented, known.digest))
  if (credential === undefined) throw new Refusal(wrong)
  if (credential.expiresAt !== undefined && now >= credential.expiresAt) throw new Refusal(wrong)
  log.note({ service: service.apiKey })
  const caller = { credential: credentialId(credential), role: credential.role }
  log.note({ credential: caller.credential })
  if (ROLES.indexOf(credential.role) < ROLES.indexOf(role)) throw new Refusal('role-too-small')
  return { ...around, service, caller }
}

/**
 * The service that is itself to be managed: by its own credentials of the role `manage`, or by the owner of the
 * deployment (v2: the owner's key on a path that names the service; v3: the organization's token).
 *
 * @throws Refusal
 */
export async function serviceForManagement(http: HttpRequest, around: Surroundings): Promise<Call> {
  const { serviceId, apiKey } = http.pathParameters
  const owner = await judgeOwner(http, around)
  if (typeof owner === 'string' && apiKey === undefined) return serviceByCredentials(http, 'manage', around)
  const { caller } = admitted(owner, around)
  const named = serviceId ?? apiKey ?? ''
  const service = SERVICE_ID.test(named) ? await around.store.registry.findService(Number(named)) : undefined
  if (service === undefined) throw new Refusal('api-service-unknown')
  around.log.note({ service: service.apiKey })
  return { ...around, service, caller }
}

/** The owner of the deployment: v2 key and secret, or v3 token of the organization. @throws Refusal */
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
  const bearer = readBearer(http.headers.get('authorization') ?? [])
  if (typeof bearer !== 'string') {
    const isRight = owner !== undefined && sameDigest(digest(bearer.token), owner.organizationTokenDigest)
    return isRight ? { credential: 'organization', role: 'owner' } : 'bearer-invalid'
  }
  const basic = readBasic(http)
  if (basic === 'absent' || basic === 'malformed') return 'credentials-malformed'
  if (owner?.apiKey !== basic.id) return 'owner-unknown'
  const isRight = sameDigest(digest(basic.secret), owner.apiSecretDigest)
  return isRight ? { credential: 'owner', role: 'owner' } : 'owner-secret-wrong'
}
