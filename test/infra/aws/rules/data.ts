import {
  difference,
  has,
  idsOf,
  ofType,
  type Rules,
  set,
  setInEach,
  type Template,
  unlike,
} from './template.ts'

const TABLE = 'AWS::DynamoDB::Table'
const BUCKET = 'AWS::S3::Bucket'
const POLICY = 'AWS::S3::BucketPolicy'
const OUTLIVES_STACK = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' }
const CONDITION = 'Properties.PolicyDocument.Statement.0.Condition'

/** Architecture, section 3. Every test of the store runs on these tables (infra/tables). */
export const TABLE_RULES: Rules = {
  'tables are on demand, encrypted, protected from deletion, delete expired items, and outlive the stack': {
    complaints: (template) => [
      ...unlike(template, TABLE, {
        ...OUTLIVES_STACK,
        Properties: {
          BillingMode: 'PAY_PER_REQUEST',
          DeletionProtectionEnabled: true,
          SSESpecification: { SSEEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true },
        },
      }),
      ...difference(idsOf(template, TABLE), ['RegistryTable', 'GrantsTable']),
    ],
    broken: {
      'a table that is deleted with the stack': set('GrantsTable.DeletionPolicy', undefined),
      'a table that is deleted when it is replaced': set('RegistryTable.UpdateReplacePolicy', 'Delete'),
      'no protection': set('GrantsTable.Properties.DeletionProtectionEnabled', false),
      'no encryption': set('RegistryTable.Properties.SSESpecification.SSEEnabled', false),
      'no time to live': set('GrantsTable.Properties.TimeToLiveSpecification.Enabled', false),
      'a time to live in another attribute': set(
        'RegistryTable.Properties.TimeToLiveSpecification.AttributeName',
        'expires',
      ),
      'provisioned capacity': set('GrantsTable.Properties.BillingMode', 'PROVISIONED'),
    },
  },

  'the registry can be recovered, and the grants cannot, as that would revive revoked tokens': {
    complaints: ({ Resources }) => {
      const recovery = (id: string) => Resources[id]?.Properties['PointInTimeRecoverySpecification']
      const isRegistry = has(recovery('RegistryTable'), { PointInTimeRecoveryEnabled: true })
      return isRegistry && recovery('GrantsTable') === undefined ? [] : ['recovery']
    },
    broken: {
      'a registry without recovery': set(
        'RegistryTable.Properties.PointInTimeRecoverySpecification',
        undefined,
      ),
      'grants with recovery': set('GrantsTable.Properties.PointInTimeRecoverySpecification', {
        PointInTimeRecoveryEnabled: true,
      }),
    },
  },
}

export const BUCKET_RULES: Rules = {
  'no bucket is public, and each is encrypted': {
    complaints: (template) => [
      ...unlike(template, BUCKET, {
        Properties: {
          BucketEncryption: {},
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: true,
            BlockPublicPolicy: true,
            IgnorePublicAcls: true,
            RestrictPublicBuckets: true,
          },
        },
      }),
    ],
    broken: {
      'public access': setInEach(BUCKET, 'Properties.PublicAccessBlockConfiguration', undefined),
      'a public policy': setInEach(
        BUCKET,
        'Properties.PublicAccessBlockConfiguration.BlockPublicPolicy',
        false,
      ),
      'no encryption': setInEach(BUCKET, 'Properties.BucketEncryption', undefined),
    },
  },

  'every bucket is reached only over TLS': {
    complaints: (template) => difference(idsOf(template, BUCKET), bucketsOnlyOverTls(template)),
    broken: {
      'no policy': setInEach(POLICY, 'Type', 'AWS::S3::OtherPolicy'),
      'a policy for TLS instead of against its absence': setInEach(POLICY, CONDITION, {
        Bool: { 'aws:SecureTransport': 'true' },
      }),
    },
  },
}

function bucketsOnlyOverTls(template: Template): string[] {
  interface BucketPolicy {
    Bucket: { Ref: string }
    PolicyDocument: { Statement: { Condition?: unknown }[] }
  }
  return ofType<BucketPolicy>(template, POLICY)
    .filter(([, { Properties }]) =>
      Properties.PolicyDocument.Statement.some(
        (statement) =>
          has(statement, { Effect: 'Deny', Action: 's3:*', Principal: '*' }) &&
          /"aws:SecureTransport":"?false/.test(JSON.stringify(statement.Condition ?? {})),
      ),
    )
    .map(([, { Properties }]) => Properties.Bucket.Ref)
}

/** The trust store decides who may connect, so it has versions and is never deleted. */
export const TRUSTSTORE_RULES: Rules = {
  ...BUCKET_RULES,
  'the trust store has versions and outlives its stack': {
    complaints: (template) =>
      unlike(template, BUCKET, {
        ...OUTLIVES_STACK,
        Properties: { VersioningConfiguration: { Status: 'Enabled' } },
      }),
    broken: {
      'no versions': setInEach(BUCKET, 'Properties.VersioningConfiguration', undefined),
      'a bucket that is deleted with the stack': setInEach(BUCKET, 'DeletionPolicy', undefined),
    },
  },
}
