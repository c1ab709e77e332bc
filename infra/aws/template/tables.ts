import { TABLES } from '../../tables/tables.ts'
import type { DeploymentSettings } from '../deployment/settings.ts'

/**
 * The parts of the template that depend on the tables: the resources, and how everything else refers to them. If the settings name
 * tables, the stack makes none.
 */
export function tableParts({ tables }: Pick<DeploymentSettings, 'tables'>) {
  if (tables === undefined) {
    const made = (id: keyof typeof TABLES) => ({ name: { Ref: id }, arn: { 'Fn::GetAtt': [id, 'Arn'] } })
    const listing = { 'Fn::Sub': '${GrantsTable.Arn}/index/listing' }
    return {
      resources: { Resources: TABLES },
      registry: made('RegistryTable'),
      grants: { ...made('GrantsTable'), listing },
      from: 'stack',
    }
  }
  const { registry, grants } = tables
  return {
    resources: { Resources: {} },
    registry: { name: registry, arn: arn(registry) },
    grants: { name: grants, arn: arn(grants), listing: arn(`${grants}/index/listing`) },
    from: 'settings',
  }
}

function arn(table: string) {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${table}` }
}
