import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import {
  DynamoDBClient,
  type PointInTimeRecoverySpecification,
  type TimeToLiveSpecification,
  UpdateContinuousBackupsCommand,
  UpdateTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import {
  AddPermissionCommand,
  type AddPermissionCommandInput,
  CreateAliasCommand,
  type CreateAliasCommandInput,
  LambdaClient,
  PublishVersionCommand,
  type PublishVersionCommandInput,
  UpdateAliasCommand,
} from '@aws-sdk/client-lambda'
import { PutBucketVersioningCommand, S3Client, type VersioningConfiguration } from '@aws-sdk/client-s3'
import { ACCESS_KEY } from './fake-account.ts'

/** A resource that CloudFormation has just made or changed. */
interface Made<Properties> {
  /** Its name or number. */
  readonly name: string
  readonly values: Properties
  readonly isNew: boolean
}
interface TableProperties {
  readonly TimeToLiveSpecification: TimeToLiveSpecification
  readonly PointInTimeRecoverySpecification?: PointInTimeRecoverySpecification
}

interface Gap {
  readonly lacks: string
  /** The calls that the fake account answers. */
  readonly calls?: RegExp
  /** The types of resources that the fake account makes. */
  readonly types?: RegExp
  /** Calls to moto itself for a resource, after CloudFormation has made it. */
  readonly then?: Readonly<Record<string, (made: Made<never>, moto: Clients) => Promise<unknown>>>
}

/** The parts of AWS that certbound uses and that moto 5.1.1 of Debian lacks, with their replacements. */
export const GAPS: readonly Gap[] = [
  { lacks: 'openapi_spec_validator, which it imports: moto.ts gives it an empty one' },
  { lacks: 'cfn-lint, and so ValidateTemplate, which no command calls' },
  {
    lacks: 'Replacement in change sets, outputs of the resources below, protection of stacks',
    calls:
      /^(DescribeChangeSet|DescribeStacks|DescribeStackEvents|GetTemplate|UpdateTerminationProtection)\b/,
  },
  {
    lacks: 'API Gateway in CloudFormation, changes of domains, deletions of settings, authorizers, quotas',
    calls:
      /^(GetAccount|GetAccountSettings|(Get|Update)DomainName|Get(Api|Apis|ApiMappings|Authorizers|Routes|Stages)|DeleteRouteSettings)\b/,
    types: /^ApiGatewayV2::/,
  },
  {
    lacks: 'alarms, filters, queries, subscriptions, policies of buckets and topics in CloudFormation',
    types:
      /^(CloudWatch::Alarm|Logs::(MetricFilter|QueryDefinition)|S3::BucketPolicy|SNS::(Subscription|TopicPolicy))$/,
  },
  { lacks: 'lists of the URLs of functions', calls: /^ListFunctionUrlConfigs\b/ },
  { lacks: 'checksums in answers to HEAD', calls: /^HEAD \/[^/]+\/(archives|templates)\// },
  {
    lacks:
      'aliases in CloudFormation, and so permissions for them; it makes versions before it changes their function',
    types: /^Lambda::(Version|Alias|Permission)$/,
    then: {
      'Lambda::Version': async ({ values, isNew }: Made<PublishVersionCommandInput>, { lambda }) =>
        isNew ? lambda.send(new PublishVersionCommand(values)) : undefined,
      'Lambda::Alias': async ({ values, isNew }: Made<CreateAliasCommandInput>, { lambda }) =>
        isNew ? lambda.send(new CreateAliasCommand(values)) : lambda.send(new UpdateAliasCommand(values)),
      'Lambda::Permission': async ({ name, values, isNew }: Made<AddPermissionCommandInput>, { lambda }) => {
        const [, FunctionName, Qualifier] = /:function:([^:]+):?(.*)$/.exec(values.FunctionName ?? '') ?? []
        const permission = { ...values, FunctionName, Qualifier, StatementId: name }
        return isNew ? lambda.send(new AddPermissionCommand(permission)) : undefined
      },
    },
  },
  {
    lacks: 'versions of buckets, time to live and recovery of tables in CloudFormation',
    then: {
      'S3::Bucket': async (
        { name: Bucket, values }: Made<{ readonly VersioningConfiguration: VersioningConfiguration }>,
        { s3 },
      ) => s3.send(new PutBucketVersioningCommand({ Bucket, ...values })),
      'DynamoDB::Table': async (
        {
          name: TableName,
          isNew,
          values: { TimeToLiveSpecification, PointInTimeRecoverySpecification },
        }: Made<TableProperties>,
        { dynamodb },
      ) => {
        if (!isNew) return
        await dynamodb.send(new UpdateTimeToLiveCommand({ TableName, TimeToLiveSpecification }))
        if (PointInTimeRecoverySpecification !== undefined)
          await dynamodb.send(
            new UpdateContinuousBackupsCommand({ TableName, PointInTimeRecoverySpecification }),
          )
      },
    },
  },
  { lacks: 'RetainExceptOnCreate, and Retain in updates: its template keeps what is retained' },
]

/** Clients of moto itself. */
export function clientsOf(endpoint: string) {
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: 'test' }
  const own = { endpoint, region: 'eu-central-1', credentials }
  return {
    cloudFormation: new CloudFormationClient(own),
    dynamodb: new DynamoDBClient(own),
    lambda: new LambdaClient(own),
    s3: new S3Client({ ...own, forcePathStyle: true }),
  }
}
type Clients = ReturnType<typeof clientsOf>
