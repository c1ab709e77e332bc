import { TABLES } from '../../tables/tables.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type Arn, attribute, ref, type Value } from './cloudformation.ts'

/** The tables of a deployment, as the rest of the template refers to them. */
export interface Tables {
  /** None if the settings name the tables. */
  readonly resources: Partial<typeof TABLES>
  readonly registry: { readonly name: Value; readonly arn: Arn }
  readonly grants: { readonly name: Value; readonly arn: Arn; readonly listing: Arn }
  readonly from: 'stack' | 'settings'
}

export function tablesOf({ tables }: Pick<DeploymentSettings, 'tables'>): Tables {
  if (tables === undefined) {
    const made = (id: keyof typeof TABLES) => ({ name: ref(id), arn: attribute(id, 'Arn') })
    const listing = { 'Fn::Sub': '${GrantsTable.Arn}/index/listing' } as const
    const grants = { ...made('GrantsTable'), listing }
    return { resources: TABLES, registry: made('RegistryTable'), grants, from: 'stack' }
  }
  const named = (name: string) => ({ name, arn: arn(name) })
  const grants = { ...named(tables.grants), listing: arn(`${tables.grants}/index/listing`) }
  return { resources: {}, registry: named(tables.registry), grants, from: 'settings' }
}

function arn(table: string): Arn {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${table}` }
}
