/** Findings of cdk-nag that stay, and why. */
export interface Accepted {
  readonly rules: readonly string[]
  /** The logical ids for which the reason holds; without it all. */
  readonly resources?: RegExp
  readonly reason: string
}

const nist = (...names: readonly string[]) => names.map((name) => `NIST.800.53.R5-${name}`)

export const ACCEPTED: readonly Accepted[] = [
  {
    rules: ['AwsSolutions-APIG4'],
    resources: /^HttpApiRoute/,
    reason:
      'The functions authenticate: OAuth clients and the Web API have credentials of their own, and the documents are public.',
  },
  {
    rules: nist('IAMNoInlinePolicy'),
    resources: /Role$/,
    reason:
      'Each function has a role of its own with exactly its calls, so nothing could share a managed policy.',
  },
  {
    rules: nist('LambdaDLQ'),
    reason: 'API Gateway waits for each answer. A queue of dead letters is for events that nobody waits for.',
  },
  {
    rules: nist('LambdaInsideVPC'),
    reason:
      'The functions call DynamoDB and fetch a jwksUri. A VPC adds a path to both, and IAM decides about DynamoDB.',
  },
  {
    rules: nist('LambdaConcurrency'),
    reason: 'The setting concurrency reserves executions. No number fits every account.',
  },
  {
    rules: nist('CloudWatchLogGroupEncrypted', 'SNSEncryptedKMS'),
    reason:
      'The setting kmsKeyArn does it. Without it AWS encrypts logs with a key of its own; an alarm has no secret.',
  },
  {
    rules: [...nist('DynamoDBPITREnabled', 'DynamoDBInBackupPlan'), 'AwsSolutions-DDB3'],
    resources: /^GrantsTable$/,
    reason: 'A restored table of grants would bring back what was revoked.',
  },
  {
    rules: nist('DynamoDBInBackupPlan'),
    resources: /^(Registry|Audit)Table$/,
    reason:
      'They have point-in-time recovery. A plan of AWS Backup belongs to the account, and can choose the tables by a tag.',
  },
  {
    rules: [
      ...nist('S3BucketLoggingEnabled', 'S3DefaultEncryptionKMS', 'S3BucketReplicationEnabled'),
      'AwsSolutions-S1',
    ],
    reason:
      'The bucket holds certificates and code, no secret. CloudTrail can log its objects, and a deployment has one Region.',
  },
]
