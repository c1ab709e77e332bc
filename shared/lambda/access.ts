import { proveOwner, serviceByCredentials, serviceForManagement } from '../authentication/api-caller.ts'
import type { Call, OwnerCall, Surroundings } from '../call.ts'
import type { HttpRequest } from '../http.ts'
import { requireOAuthSettings, type Settings } from '../settings.ts'
import type { Role } from '../store/service.ts'

/** Who may use a route, and about which service it speaks. */
export interface Access<Admitted extends Call | OwnerCall> {
  /** For the reference: the role of the credentials that are needed, or which others. */
  readonly name: Role | 'service' | 'owner' | 'client' | 'holder' | 'everyone'
  /** Elsewhere the route answers as if it were not there. */
  readonly isHere?: (http: HttpRequest, settings: Settings) => boolean
  /** @throws Refusal when the credentials do not do */
  readonly admit: (http: HttpRequest, around: Surroundings, settings: Settings) => Promise<Admitted>
}

/** Credentials of a service, of this role or a larger one. */
export function byRole(role: Role): Access<Call> {
  return { name: role, admit: (http, around) => serviceByCredentials(http, role, around) }
}

/** The service's own credentials of the role `manage`, or those of the owner of the deployment. */
export const byServiceOrOwner: Access<Call> = { name: 'service', admit: serviceForManagement }

/** Only the owner of the deployment: an API over all its services (architecture, section 1). */
export const byOwner: Access<OwnerCall> = { name: 'owner', admit: proveOwner }

/**
 * The service of the OAuth face. Its clients authenticate in the request itself.
 *
 * @param name who is answered; `everyone` on every domain, all others only where mutual TLS is, if the deployment says so
 */
export function ofDeployment(name: 'client' | 'holder' | 'everyone'): Access<Call> {
  return {
    name,
    isHere: ({ onMtlsDomain }, { oauthOnMtlsOnly }) =>
      name === 'everyone' || onMtlsDomain || !oauthOnMtlsOnly,
    admit: (_http, around, settings) => callToDeployment(around, settings),
  }
}

export async function callToDeployment(around: Surroundings, settings: Settings): Promise<Call> {
  const serviceId = requireOAuthSettings(settings)
  around.log.note({ service: serviceId })
  const service = await around.store.registry.findService(serviceId)
  if (service === undefined) throw new Error('the service of the OAuth face is not in the registry')
  return { ...around, service, caller: undefined }
}
