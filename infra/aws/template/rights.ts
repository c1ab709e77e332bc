import { hash } from 'node:crypto'
import type { DeploymentSettings } from '../settings/settings.ts'
import { type Arn, attribute, type KeyArn, type FunctionRole, type TableStatement } from './cloudformation.ts'
import { listStatements } from './lists.ts'
import { logGroupId, logicalName } from './logical-ids.ts'
import type { Tables } from './tables.ts'

/** The calls of DynamoDB that a function makes, besides those that read the registry. All other calls are denied. */
export interface Rights {
  readonly calls: readonly Call[]
  /** The secrets that it reads. Reading all others is denied. */
  readonly reads?: readonly Secret[]
  /** Rights that only the code of the next release needs, or that of the one before (docs/upgrades.md). */
  readonly also?: readonly (Call | Secret)[]
}
type Call = keyof ReturnType<typeof statementsOf>
type Secret = keyof typeof PARTITIONS

/** The secrets in the registry. */
const PARTITIONS = { signingKeys: 'keys#*', nonceKeys: 'nonce#*' } as const

/** The settings that all roles have in common. */
export type RoleSettings = Pick<DeploymentSettings, 'region' | 'roles' | 'kmsKeyArn' | 'crl'>

/** The role of a function. */
export function roleOf(
  name: string,
  { calls, reads = [], also = [] }: Rights,
  tables: Tables,
  settings: RoleSettings,
): FunctionRole {
  const { region, roles, kmsKeyArn } = settings
  const statements = statementsOf(tables)
  const given: readonly (Call | Secret)[] = [...calls, ...reads, ...also]
  const denied = (['signingKeys', 'nonceKeys'] as const).filter((secret) => !given.includes(secret))
  const Statement = [
    allow(attribute(logGroupId(name), 'Arn'), 'logs:CreateLogStream', 'logs:PutLogEvents'),
    named('readRegistry', allow(tables.registry.arn, 'dynamodb:GetItem')),
    ...given.flatMap((right) => (right in PARTITIONS ? [] : [named(right, statements[right as Call])])),
    ...denied.map((secret) => withhold(secret, tables.registry.arn)),
    ...(kmsKeyArn === undefined ? [] : [decrypt(kmsKeyArn, region)]),
    ...listStatements(name, settings),
  ]
  const Version = '2012-10-17'
  const Principal = { Service: 'lambda.amazonaws.com' } as const
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      ...{ Path: roles?.path, PermissionsBoundary: roles?.boundary },
      AssumeRolePolicyDocument: {
        Version,
        Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }],
      },
      Policies: [{ PolicyName: name, PolicyDocument: { Version, Statement } }],
    },
  }
}

function statementsOf({ registry, grants, audit }: Tables) {
  return {
    listRegistry: allow(registry.arn, 'dynamodb:Query'),
    // With ReturnValues, DynamoDB returns the item that a write replaces or removes, so only writes without it are allowed
    // (specifying-conditions.html in DynamoDB's developer guide). IAM has no condition for ReturnValuesOnConditionCheckFailure, so other
    // code with this right could still read a signing key with a write that fails.
    writeRegistry: {
      ...allow(registry.arn, 'dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'),
      Condition: { StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' } },
    },
    // The function that reads certificate lists writes nothing else.
    writeSources: { ...allow(registry.arn, 'dynamodb:UpdateItem'), Condition: within('lists') },
    writeBuckets: {
      ...allow(registry.arn, 'dynamodb:PutItem', 'dynamodb:UpdateItem'),
      Condition: within('listed#*'),
    },
    writeRevocations: {
      ...allow(registry.arn, 'dynamodb:PutItem', 'dynamodb:UpdateItem'),
      Condition: within('certificate#*'),
    },
    // Only single-use identifiers may be written.
    useAssertions: { ...allow(registry.arn, 'dynamodb:PutItem'), Condition: within('jti#*') },
    useProofs: { ...allow(registry.arn, 'dynamodb:PutItem'), Condition: within('dpop#*') },
    readGrants: allow(grants.arn, 'dynamodb:BatchGetItem'),
    readGrant: allow(grants.arn, 'dynamodb:GetItem'),
    writeGrants: allow(grants.arn, 'dynamodb:PutItem', 'dynamodb:UpdateItem'),
    deleteGrants: allow(grants.arn, 'dynamodb:DeleteItem'),
    // The records of changes stay: no function may change or delete them. IAM knows no condition against a put over an item.
    listRecords: allow(audit.arn, 'dynamodb:Query'),
    recordChanges: allow(audit.arn, 'dynamodb:PutItem', 'dynamodb:GetItem'),
    listGrants: allow(grants.listing, 'dynamodb:Query'),
  } satisfies Readonly<Record<string, TableStatement>>
}

/** DynamoDB opens the key of a table as the caller (encryption.usagenotes.html). Nothing else of the key is of use to a function. */
const decrypt = (key: string, region: string): TableStatement => ({
  ...allow(key as KeyArn, 'kms:Decrypt'),
  Condition: { StringLike: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com*` } },
})

function allow(Resource: Arn | KeyArn, ...Action: TableStatement['Action']): TableStatement {
  return { Effect: 'Allow', Action, Resource }
}

function withhold(secret: Secret, Resource: Arn): TableStatement {
  const Action = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'] as const
  return { Sid: secret, Effect: 'Deny', Action, Resource, Condition: within(PARTITIONS[secret]) }
}

/** A statement with a name, whose last four digits change with its content. */
function named(name: string, statement: TableStatement): TableStatement {
  return { Sid: name + hash('sha256', JSON.stringify(statement), 'hex').slice(0, 4), ...statement }
}

/**
 * The rights that a template gives to a function, by the names of the statements. A secret that is not withheld is one of them.
 *
 * @returns `undefined` if the template does not have the function
 */
export function givenRights(
  name: string,
  { Resources }: { readonly Resources: Readonly<Record<string, object>> },
): ReadonlySet<string> | undefined {
  const role = Resources[`${logicalName(name)}Role`] as FunctionRole | undefined
  if (role === undefined) return undefined
  const given = new Set<string>(Object.keys(PARTITIONS))
  for (const { Sid, Effect } of role.Properties.Policies[0].PolicyDocument.Statement)
    if (Sid !== undefined) given[Effect === 'Allow' ? 'add' : 'delete'](Sid)
  return given
}

function within(partition: string) {
  return { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [partition] } }
}

/** The name of a right without the digits of its content. */
export const rightName = (right: string): string => (right in PARTITIONS ? right : right.slice(0, -4))
