import { ofType, properties, resource, type Rules, same, type Template, unless } from './template.ts'

interface Table {
  BillingMode: string
  DeletionProtectionEnabled: boolean
  SSESpecification: { SSEEnabled: boolean }
  TimeToLiveSpecification: { AttributeName: string; Enabled: boolean }
  PointInTimeRecoverySpecification?: { PointInTimeRecoveryEnabled: boolean }
}
interface Bucket {
  VersioningConfiguration?: { Status: string }
  BucketEncryption?: unknown
  PublicAccessBlockConfiguration?: Record<string, boolean>
}
interface BucketPolicy {
  Bucket: { Ref: string }
  PolicyDocument: { Statement: { Effect: string; Action: string; Principal: string; Condition?: unknown }[] }
}

const tables = (template: Template) => ofType<Table>(template, 'AWS::DynamoDB::Table')
const table = (template: Template, id: string) => properties<Table>(template, id)
const buckets = (template: Template) => ofType<Bucket>(template, 'AWS::S3::Bucket')
const policies = (template: Template) => ofType<BucketPolicy>(template, 'AWS::S3::BucketPolicy')

const PUBLIC_ACCESS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets']

/** Architecture, section 3. test/infra/aws/tables.test.ts checks the attribute of the time to live with the store itself. */
export const TABLE_RULES: Rules = {
  'tables are on demand, encrypted, protected from deletion, and outlive the stack': {
    complaints: (template) => [
      ...unless(tables(template), ({ DeletionPolicy, UpdateReplacePolicy, Properties }) =>
        same(
          [
            DeletionPolicy,
            UpdateReplacePolicy,
            Properties.BillingMode,
            Properties.DeletionProtectionEnabled,
            Properties.SSESpecification.SSEEnabled,
          ],
          ['Retain', 'Retain', 'PAY_PER_REQUEST', true, true],
        ),
      ),
      ...(same(
        tables(template).map(([id]) => id),
        ['RegistryTable', 'GrantsTable'],
      )
        ? []
        : ['other tables']),
    ],
    broken: {
      'a table that is deleted with the stack': (template) =>
        delete resource(template, 'GrantsTable').DeletionPolicy,
      'a table that is deleted when it is replaced': (template) =>
        (resource(template, 'RegistryTable').UpdateReplacePolicy = 'Delete'),
      'no protection': (template) => (table(template, 'GrantsTable').DeletionProtectionEnabled = false),
      'no encryption': (template) => (table(template, 'RegistryTable').SSESpecification.SSEEnabled = false),
      'provisioned capacity': (template) => (table(template, 'GrantsTable').BillingMode = 'PROVISIONED'),
    },
  },

  'the registry can be recovered, and the grants cannot, as that would revive revoked tokens': {
    complaints: (template) =>
      unless(tables(template), ({ Properties: { PointInTimeRecoverySpecification: recovery } }, id) =>
        id === 'RegistryTable' ? recovery?.PointInTimeRecoveryEnabled === true : recovery === undefined,
      ),
    broken: {
      'a registry without recovery': (template) =>
        delete table(template, 'RegistryTable').PointInTimeRecoverySpecification,
      'grants with recovery': (template) =>
        (table(template, 'GrantsTable').PointInTimeRecoverySpecification = {
          PointInTimeRecoveryEnabled: true,
        }),
    },
  },
}

export const BUCKET_RULES: Rules = {
  'no bucket is public, and each is encrypted': {
    complaints: (template) =>
      unless(
        buckets(template),
        ({ Properties: { BucketEncryption, PublicAccessBlockConfiguration: block = {} } }) =>
          BucketEncryption !== undefined && PUBLIC_ACCESS.every((name) => block[name] === true),
      ),
    broken: {
      'public access': (template) => {
        for (const [, { Properties }] of buckets(template)) delete Properties.PublicAccessBlockConfiguration
      },
      'a public policy': (template) => {
        for (const [, { Properties }] of buckets(template))
          Object.assign(Properties.PublicAccessBlockConfiguration ?? {}, { BlockPublicPolicy: false })
      },
      'no encryption': (template) => {
        for (const [, { Properties }] of buckets(template)) delete Properties.BucketEncryption
      },
    },
  },

  'every bucket is reached only over TLS': {
    complaints: (template) =>
      unless(buckets(template), (_, id) =>
        policies(template).some(
          ([, { Properties }]) =>
            Properties.Bucket.Ref === id &&
            Properties.PolicyDocument.Statement.some(
              ({ Effect, Action, Principal, Condition }) =>
                same([Effect, Action, Principal], ['Deny', 's3:*', '*']) &&
                /"aws:SecureTransport":"?false/.test(JSON.stringify(Condition ?? {})),
            ),
        ),
      ),
    broken: {
      'no policy': (template) => {
        for (const [, policy] of policies(template)) policy.Type = 'AWS::S3::OtherPolicy'
      },
      'a policy for TLS instead of against its absence': (template) => {
        for (const [, { Properties }] of policies(template))
          for (const statement of Properties.PolicyDocument.Statement)
            statement.Condition = { Bool: { 'aws:SecureTransport': 'true' } }
      },
    },
  },
}

/** The trust store decides who may connect, so it has versions and is never deleted. */
export const TRUSTSTORE_RULES: Rules = {
  ...BUCKET_RULES,
  'the trust store has versions and outlives its stack': {
    complaints: (template) =>
      unless(
        buckets(template),
        ({ DeletionPolicy, UpdateReplacePolicy, Properties }) =>
          Properties.VersioningConfiguration?.Status === 'Enabled' &&
          same([DeletionPolicy, UpdateReplacePolicy], ['Retain', 'Retain']),
      ),
    broken: {
      'no versions': (template) => {
        for (const [, { Properties }] of buckets(template)) delete Properties.VersioningConfiguration
      },
      'a bucket that is deleted with the stack': (template) => {
        for (const [, bucket] of buckets(template)) delete bucket.DeletionPolicy
      },
    },
  },
}
