import { TABLES } from '../../tables/tables.ts'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type Arn, attribute, ref, type Value } from './cloudformation.ts'

/** The tables of a deployment, in the form that the rest of the template needs. */
export interface Tables {
  /** The resources of the tables; empty if the settings name existing tables. */
  readonly resources: Readonly<Record<string, object>>
  readonly registry: { readonly name: Value; readonly arn: Arn }
  readonly grants: { readonly name: Value; readonly arn: Arn; readonly listing: Arn }
  readonly audit: { readonly name: Value; readonly arn: Arn }
  readonly from: 'stack' | 'settings'
}

export function tablesOf({ tables, kmsKeyArn }: Pick<DeploymentSettings, 'tables' | 'kmsKeyArn'>): Tables {
  if (tables === undefined) {
    const listing = { 'Fn::Sub': '${GrantsTable.Arn}/index/listing' } as const
    const grants = { ...made('GrantsTable'), listing }
    return {
      resources: encrypted(TABLES, kmsKeyArn),
      registry: made('RegistryTable'),
      grants,
      audit: made('AuditTable'),
      from: 'stack',
    }
  }
  const named = (name: string) => ({ name, arn: arn(name) })
  const grants = { ...named(tables.grants), listing: arn(`${tables.grants}/index/listing`) }
  // Records outlive the tables that they are about, so the stack keeps its own table of them.
  const { AuditTable } = TABLES
  const audit = tables.audit === undefined ? made('AuditTable') : named(tables.audit)
  const resources = tables.audit === undefined ? encrypted({ AuditTable }, kmsKeyArn) : {}
  return { resources, registry: named(tables.registry), grants, audit, from: 'settings' }
}

function made(id: keyof typeof TABLES) {
  return { name: ref(id), arn: attribute(id, 'Arn') }
}

/** Without a key of the account AWS encrypts tables with one of its own. */
function encrypted(tables: Partial<typeof TABLES>, KMSMasterKeyId: string | undefined): Tables['resources'] {
  if (KMSMasterKeyId === undefined) return tables
  const SSESpecification = { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId }
  const own = Object.entries(tables).map(([id, { Properties, ...table }]) => {
    return [id, { ...table, Properties: { ...Properties, SSESpecification } }] as const
  })
  return Object.fromEntries(own)
}

function arn(table: string): Arn {
  return { 'Fn::Sub': `arn:\${AWS::Partition}:dynamodb:\${AWS::Region}:\${AWS::AccountId}:table/${table}` }
}
