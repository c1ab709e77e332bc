import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import type { Service } from '../../../shared/store/service.ts'
import { Complaint, Complaints } from '../../command.ts'
import { type DeploymentSettings, serviceNumber } from '../settings/settings.ts'
import { openManagement } from '../../management/management.ts'
import { problemsOfClient } from '../../management/problems.ts'
import { LOCAL, type Operator, runOperation } from '../../management/operation.ts'
import type { OwnerCredentials } from '../../management/owner.ts'
import { clientMembers, laterEndpoints, serviceMembers } from '../settings/secure-settings.ts'

/** The parts of the settings that already exist in the tables. */
export interface Present {
  readonly owner: boolean
  readonly service: Service | undefined
  /** The endpoints of a newer version that the service lacks. */
  readonly missingEndpoints: Readonly<Record<string, string>>
  /** The aliases of the clients. */
  readonly clients: ReadonlySet<string>
}

/** @throws Complaint if the service was deleted and its number cannot be used again yet */
export async function findPresent(settings: DeploymentSettings, runtime: Runtime): Promise<Present> {
  const { registry } = runtime.store
  const number = serviceNumber(settings)
  const service = await registry.findCurrentService(number)
  if (service === undefined) await requireDeletionEnded(number, settings, runtime)
  const clients = new Set<string>()
  for (const { clientIdAlias } of settings.clients) {
    const client = await registry.findCurrentClient(number, clientIdAlias)
    if (client !== undefined) clients.add(clientIdAlias)
  }
  const owner = (await registry.findOwner()) !== undefined
  return { owner, service, missingEndpoints: missingEndpoints(settings, service), clients }
}

function missingEndpoints(settings: DeploymentSettings, service: Service | undefined) {
  const given = service === undefined ? [] : Object.entries(laterEndpoints(settings))
  return Object.fromEntries(
    given.flatMap(([name, url]) =>
      typeof url === 'string' && service?.[name as keyof Service] === undefined ? [[name, url]] : [],
    ),
  )
}

/**
 * A new service must not get the clients and keys of a deleted one, and a function with the deleted service in its cache could still
 * create a client.
 *
 * @throws Complaint
 */
async function requireDeletionEnded(
  number: number,
  { registryCacheSeconds }: DeploymentSettings,
  { store: { registry }, now }: Runtime,
): Promise<void> {
  const past = await registry.findForDeletion(number)
  if (past === undefined) return
  if (past.jwks.length > 0 || (await registry.hasClients(number))) {
    const call = `DELETE /api/service/delete/${number}`
    throw new Complaint(
      `service ${number} was deleted, but some of its clients or keys still exist: call ${call} as the owner until it answers 204, then provision again`,
    )
  }
  if (past.deletedAt !== undefined && now() <= past.deletedAt + registryCacheSeconds) {
    throw new Complaint(
      `service ${number} was just deleted: provision again in ${registryCacheSeconds + 1} seconds`,
    )
  }
}

/** New secrets. They cannot be read again later. */
export interface NewSecrets {
  readonly owner?: OwnerCredentials
  readonly service?: ServiceCredentials
  readonly client?: { readonly alias: string; readonly clientId: number; readonly clientSecret?: string }
}

interface ServiceCredentials {
  readonly serviceId: number
  readonly issuer: string
  /** In version 2 of the Web API a secret is the password for the service's number, in version 3 it is the bearer token. */
  readonly credentials: readonly { readonly role: string; readonly secret: string }[]
}

/**
 * Creates the missing parts, each after its dependencies, and adds missing endpoints to the service. It changes nothing else.
 *
 * @param show called with each secret as soon as its digest is stored, so that a later failure does not lose it
 * @throws Complaint that names the wrong setting
 */
export async function provision(
  settings: DeploymentSettings,
  present: Present,
  runtime: Runtime,
  show: (secrets: NewSecrets) => void,
  operator?: Operator,
): Promise<void> {
  const management = openManagement(runtime, operator)
  const { missingEndpoints } = present
  if (present.service !== undefined) await refuseWrong(settings, present, present.service)
  const service = present.service ?? (await makeService(settings, management, show))
  if (Object.keys(missingEndpoints).length > 0)
    await runOperation(runtime, operator ?? LOCAL, ({ store, now }) =>
      store.registry.changeService(service.apiKey, (current) => ({
        ...missingEndpoints,
        ...current,
        modifiedAt: now(),
      })),
    )
  if (!present.owner) show({ owner: await management.newOwner() })
  for (const client of settings.clients) {
    const alias = client.clientIdAlias
    if (present.clients.has(alias)) continue
    const made = await management.newClient(alias, clientMembers(client), service)
    // Every client has a secret, but only some authentication methods use it.
    const usesSecret = AUTHENTICATION_METHODS[made.client.tokenAuthMethod].needs === 'secret'
    show({
      client: { alias, clientId: made.client.clientId, ...(usesSecret && { clientSecret: made.secret }) },
    })
  }
}

/** Checks the clients against the existing service, whose settings may differ from those of the file. @throws Complaint */
async function refuseWrong(
  { clients }: DeploymentSettings,
  present: Present,
  service: Service,
): Promise<void> {
  const wrong = new Complaints()
  for (const client of clients.filter(({ clientIdAlias }) => !present.clients.has(clientIdAlias))) {
    const { problems } = await problemsOfClient(clientMembers(client), service)
    wrong.add(
      ...problems.map(({ what, remedy }) => `client ${client.clientIdAlias}: ${what}\n  -> ${remedy}`),
    )
  }
  if (!wrong.isEmpty) throw wrong.all()
}

async function makeService(
  settings: DeploymentSettings,
  { newService }: ReturnType<typeof openManagement>,
  show: (secrets: NewSecrets) => void,
): Promise<Service> {
  const made = await newService(
    serviceNumber(settings),
    serviceMembers(settings),
    settings.registryCacheSeconds,
  )
  const { service, secrets, apiSecret } = made
  const others = service.credentials.flatMap(({ digest, role }) => {
    const secret = secrets.get(digest)
    return secret === undefined ? [] : [{ role, secret }]
  })
  const credentials = [{ role: 'manage', secret: apiSecret }, ...others]
  show({ service: { serviceId: service.apiKey, issuer: service.issuer, credentials } })
  return service
}
