import type { Runtime } from '../../../shared/runtime.ts'
import type { Service } from '../../../shared/store/service.ts'
import { serviceNumber } from '../deployment/parameters.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'
import { openManagement } from './management.ts'
import type { OwnerCredentials } from './owner.ts'
import { clientMembers, serviceMembers } from './secure-settings.ts'

/** The parts of the settings that exist in the tables. */
export interface Present {
  readonly owner: boolean
  readonly service: Service | undefined
  /** Aliases. */
  readonly clients: ReadonlySet<string>
}

export async function findPresent(settings: DeploymentSettings, { store }: Runtime): Promise<Present> {
  const { registry } = store
  const number = serviceNumber(settings)
  const clients = new Set<string>()
  for (const { clientIdAlias } of settings.clients) {
    const client = await registry.currentClient(number, clientIdAlias)
    if (client !== undefined) clients.add(clientIdAlias)
  }
  const owner = (await registry.findOwner()) !== undefined
  return { owner, service: await registry.currentService(number), clients }
}

/** Secrets that were just made. Nobody can read them again. */
export interface NewSecrets {
  readonly owner?: OwnerCredentials
  readonly service?: ServiceCredentials
  readonly client?: { readonly alias: string; readonly clientId: number; readonly clientSecret?: string }
}

interface ServiceCredentials {
  readonly serviceId: number
  readonly issuer: string
  /** In v2 a secret is the password to the service's number, in v3 it is the bearer token. */
  readonly credentials: readonly { readonly role: string; readonly secret: string }[]
}

/**
 * Makes the missing parts, each after those that it needs, and changes nothing else.
 *
 * @param show gets each secret as soon as its digest is stored, so that a later failure does not lose it
 * @throws Complaint that names the wrong setting
 */
export async function provision(
  settings: DeploymentSettings,
  present: Present,
  runtime: Runtime,
  show: (secrets: NewSecrets) => void,
): Promise<void> {
  const management = openManagement(runtime)
  const service = present.service ?? (await makeService(settings, management, show))
  if (!present.owner) show({ owner: await management.newOwner() })
  for (const client of settings.clients) {
    const alias = client.clientIdAlias
    if (present.clients.has(alias)) continue
    const made = await management.newClient(alias, clientMembers(client), service)
    // Every client has a secret, but only some methods of authentication use it.
    const usesSecret = made.client.tokenAuthMethod.startsWith('CLIENT_SECRET')
    show({
      client: { alias, clientId: made.client.clientId, ...(usesSecret && { clientSecret: made.secret }) },
    })
  }
}

async function makeService(
  settings: DeploymentSettings,
  { newService }: ReturnType<typeof openManagement>,
  show: (secrets: NewSecrets) => void,
): Promise<Service> {
  const made = await newService(serviceNumber(settings), serviceMembers(settings))
  const { service, secrets, apiSecret } = made
  const others = service.credentials.flatMap(({ digest, role }) => {
    const secret = secrets.get(digest)
    return secret === undefined ? [] : [{ role, secret }]
  })
  const credentials = [{ role: 'manage', secret: apiSecret }, ...others]
  show({ service: { serviceId: service.apiKey, issuer: service.issuer, credentials } })
  return service
}
