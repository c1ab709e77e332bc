import type { Aws } from '../../deployment/aws.ts'
import type { DeploymentSettings } from '../../deployment/settings.ts'

/** A deployment as AWS describes it. */
export interface Account {
  readonly aws: Aws
  readonly settings: Pick<DeploymentSettings, 'stage' | 'mtlsDomain' | 'plainDomain'>
  readonly tables: readonly string[]
}
