import type { Runtime } from '../../../shared/runtime.ts'
import type { Service } from '../../../shared/store/service.ts'
import { serviceNumber } from '../deployment/parameters.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import type { OwnerCredentials } from './owner.ts'
import { openManagement } from './management.ts'
import { clientSettings, serviceSettings } from './secure-settings.ts'

type Management = ReturnType<typeof openManagement>
type ClientWish = DeploymentSettings['clients'][number]

/** What of the settings is in the tables. */
export interface Present {
  readonly owner: boolean
  readonly service: Service | undefined
  /** By alias, with their numbers. */
  readonly clients: ReadonlyMap<string, number>
}

export async function lookFor(settings: DeploymentSettings, { store }: Runtime): Promise<Present> {
  const { registry } = store
  const number = serviceNumber(settings)
  const clients = new Map<string, number>()
  for (const { clientIdAlias } of settings.clients) {
    const client = await registry.currentClient(number, clientIdAlias)
    if (client !== undefined) clients.set(clientIdAlias, client.clientId)
  }
  const owner = (await registry.findOwner()) !== undefined
  return { owner, service: await registry.currentService(number), clients }
}

/** Secrets that were just made: nobody can read them again. */
export interface Made {
  readonly owner?: OwnerCredentials
  readonly service?: ServiceCredentials
  readonly client?: { readonly alias: string; readonly clientId: number; readonly clientSecret?: string }
}

export interface ServiceCredentials {
  readonly serviceId: number
  readonly issuer: string
  /** By role. A secret is the password of v2, with the number as user name, and the bearer token of v3. */
  readonly credentials: readonly { readonly role: string; readonly secret: string }[]
}

/**
 * Makes what is not there, in an order in which each step needs only those before, and leaves alone what is. Each secret is
 * handed over as soon as it is stored: what fails afterwards must not lose it.
 *
 * @throws Complaint that names the setting which is wrong
 */
export async function provision(
  settings: DeploymentSettings,
  present: Present,
  runtime: Runtime,
  made: (made: Made) => void,
): Promise<void> {
  const management = openManagement(runtime)
  const service = present.service ?? (await makeService(settings, management, made))
  if (!present.owner) made({ owner: await management.newOwner() })
  for (const wish of settings.clients) {
    if (!present.clients.has(wish.clientIdAlias)) await makeClient(wish, service, management, made)
  }
}

async function makeService(
  settings: DeploymentSettings,
  management: Management,
  made: (made: Made) => void,
): Promise<Service> {
  const created = await management.newService(serviceNumber(settings), serviceSettings(settings))
  const { service, secrets, apiSecret } = created
  const others = service.credentials.flatMap(({ digest, role }) => {
    const secret = secrets.get(digest)
    return secret === undefined ? [] : [{ role, secret }]
  })
  const credentials = [{ role: 'manage', secret: apiSecret }, ...others]
  made({ service: { serviceId: service.apiKey, issuer: service.issuer, credentials } })
  return service
}

async function makeClient(
  wish: ClientWish,
  service: Service,
  management: Management,
  made: (made: Made) => void,
): Promise<void> {
  const alias = wish.clientIdAlias
  const { client, secret } = await management.newClient(alias, clientSettings(wish), service)
  // Every client has a secret; whoever proves itself otherwise need not know it.
  const shown = client.tokenAuthMethod.startsWith('CLIENT_SECRET') ? { clientSecret: secret } : {}
  made({ client: { alias, clientId: client.clientId, ...shown } })
}
