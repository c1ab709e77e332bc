import type { Clients } from '../../deployment/clients.ts'
import type { DeploymentSettings } from '../../deployment/settings.ts'

/** Where AWS is asked about a deployment. */
export interface Account {
  readonly clients: Clients
  readonly settings: Pick<DeploymentSettings, 'stage' | 'mtlsDomain' | 'plainDomain'>
  readonly tables: readonly string[]
}
