import {
  authenticateOwner,
  serviceByCredentials,
  serviceByCredentialsOrOrganization,
  serviceForDeletion,
  serviceForManagement,
} from '../authentication/api-caller.ts'
import type { AnyCall, Call, OwnerCall, Surroundings } from '../runtime/call.ts'
import type { HttpRequest } from '../http.ts'
import { Refusal } from '../refusal/refusal.ts'
import { requireOAuthSettings, type Settings } from '../runtime/settings.ts'
import type { Role } from '../store/service.ts'

/** The callers of a route, and the service that they get. */
export interface Access<Admitted extends AnyCall> {
  /** The role that the credentials need, or the other admitted callers. The reference shows it. */
  readonly name: Role | 'service' | 'owner' | 'client' | 'holder' | 'everyone'
  /** Whether the organization's token is admitted below `/api/{serviceId}`. */
  readonly organization?: true
  /** If it returns false, the route answers 404. */
  readonly isOffered?: (http: HttpRequest, settings: Settings) => boolean
  /** @throws Refusal for missing, wrong or insufficient credentials */
  readonly admit: (http: HttpRequest, around: Surroundings, settings: Settings) => Promise<Admitted>
}

/** Admits credentials of a service with this role or a larger one. */
export function roleAccess(role: Role): Access<Call> {
  return { name: role, admit: (http, around) => serviceByCredentials(http, role, around) }
}

/** Admits like `roleAccess`, and below `/api/{serviceId}` also the organization's token as the role `manage` (architecture, section 1). */
export function roleOrOrganizationAccess(role: Role): Access<Call> {
  return {
    name: role,
    organization: true,
    admit: (http, around) => serviceByCredentialsOrOrganization(http, role, around),
  }
}

/** Admits credentials of the service with the role `manage`, and those of the owner of the deployment. */
export const serviceOrOwnerAccess: Access<Call> = {
  name: 'service',
  organization: true,
  admit: (http, around) => serviceForManagement(http, around),
}

/** Admits like `serviceOrOwnerAccess`, also to a deleted service, so that its deletion can be repeated until it has ended. */
export const deletionAccess: Access<Call> = {
  name: 'service',
  organization: true,
  admit: serviceForDeletion,
}

/** Admits only the owner of the deployment, for APIs about all its services (architecture, section 1). */
export const ownerAccess: Access<OwnerCall> = { name: 'owner', admit: authenticateOwner }

/**
 * Admits all requests to the service of the OAuth face, whose clients authenticate in the request itself.
 *
 * @param name the users of the route. With the setting `oauthOnMtlsOnly`, routes for `everyone` answer on all domains and the
 *   others only on a domain with mutual TLS
 */
export function deploymentAccess(name: 'client' | 'holder' | 'everyone'): Access<Call> {
  return {
    name,
    isOffered: ({ onMtlsDomain }, { oauthOnMtlsOnly }) =>
      name === 'everyone' || onMtlsDomain || !oauthOnMtlsOnly,
    admit: (_http, around, settings) => callToDeployment(around, settings),
  }
}

/**
 * @throws Refusal service-absent if the service of the OAuth face was deleted or does not exist yet
 * @throws Error if the environment does not name it
 */
export async function callToDeployment(around: Surroundings, settings: Settings): Promise<Call> {
  const serviceId = requireOAuthSettings(settings)
  around.log.note({ service: serviceId })
  const service = await around.store.registry.findService(serviceId)
  if (service === undefined) throw new Refusal('service-absent')
  return { ...around, service, caller: undefined }
}
