import type { DeploymentSettings } from '../settings/settings.ts'
import { type Arn, attribute, type KeyArn, type FunctionRole, type Statement } from './cloudformation.ts'
import { logGroupId } from './logical-ids.ts'
import type { Tables } from './tables.ts'

/** The calls of DynamoDB that a function makes, besides those that read the registry. All other calls are denied. */
export interface Rights {
  readonly calls: readonly Call[]
  /** The secrets that it reads. Reading all others is denied. */
  readonly reads?: readonly Secret[]
}
type Call = keyof ReturnType<typeof statementsOf>
type Secret = keyof typeof PARTITIONS

/** The secrets in the registry. */
const PARTITIONS = { signingKeys: 'keys#*', nonceKeys: 'nonce#*' } as const

/** The settings that all roles have in common. */
export type RoleSettings = Pick<DeploymentSettings, 'region' | 'roles' | 'kmsKeyArn'>

/** The role of a function. */
export function roleOf(
  name: string,
  { calls, reads = [] }: Rights,
  tables: Tables,
  { region, roles, kmsKeyArn }: RoleSettings,
): FunctionRole {
  const statements = statementsOf(tables)
  const denied = (['signingKeys', 'nonceKeys'] as const).filter((secret) => !reads.includes(secret))
  const Statement = [
    allow(attribute(logGroupId(name), 'Arn'), 'logs:CreateLogStream', 'logs:PutLogEvents'),
    allow(tables.registry.arn, 'dynamodb:GetItem'),
    ...calls.map((call) => statements[call]),
    ...denied.map((secret) => withhold(tables.registry.arn, PARTITIONS[secret])),
    ...(kmsKeyArn === undefined ? [] : [decrypt(kmsKeyArn, region)]),
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
  } satisfies Readonly<Record<string, Statement>>
}

/** DynamoDB opens the key of a table as the caller (encryption.usagenotes.html). Nothing else of the key is of use to a function. */
const decrypt = (key: string, region: string): Statement => ({
  ...allow(key as KeyArn, 'kms:Decrypt'),
  Condition: { StringLike: { 'kms:ViaService': `dynamodb.${region}.amazonaws.com*` } },
})

function allow(Resource: Arn | KeyArn, ...Action: Statement['Action']): Statement {
  return { Effect: 'Allow', Action, Resource }
}

function withhold(Resource: Arn, partition: string): Statement {
  const Action = ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'] as const
  return { Effect: 'Deny', Action, Resource, Condition: within(partition) }
}

function within(partition: string) {
  return { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': [partition] } }
}
