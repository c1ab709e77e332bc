import { actionsOf, RESOURCE_TYPES } from './resource-types.ts'

export interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}
export interface Policy {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

const STACKS = ['certbound-*', 'truststore-certbound-*'].map(
  (name) => `arn:aws:cloudformation:*:*:stack/${name}/*`,
)
const FUNCTIONS = ['arn:aws:lambda:*:*:function:certbound-*']
const TABLES = ['arn:aws:dynamodb:*:*:table/certbound-*']
const BUCKETS = ['arn:aws:s3:::truststore-certbound-*']
const DESCRIPTION = actionsOf('dynamodb', 'DescribeTable DescribeTimeToLive DescribeContinuousBackups')
const TRUSTSTORE = ['arn:aws:s3:::truststore-certbound-*/truststore.pem']
const DOMAINS = ['arn:aws:apigateway:*::/domainnames/*']
/** The resource of calls for which AWS does not allow to name one. */
const ANY = ['*']

function allow(Resource: readonly string[], ...Action: readonly string[]): Statement {
  return { Effect: 'Allow', Action, Resource }
}

const SIGNING_KEYS = { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['keys#*', 'nonce#*'] } } as const
/** The denial of the keys with which a reader could sign tokens. Operators may read everything else in the registry. */
const NO_SIGNING_KEYS: Statement = {
  Effect: 'Deny',
  Action: ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'],
  Resource: TABLES,
  Condition: SIGNING_KEYS,
}

const READ_TRUSTSTORE = [
  allow(TRUSTSTORE, 's3:GetObject', 's3:GetObjectVersion'),
  // Without this right the answer about a missing object is 403.
  allow(BUCKETS, 's3:ListBucket'),
]

/** The rights of `npm run doctor`. */
const READ = [
  allow(STACKS, 'cloudformation:DescribeStacks'),
  allow(['arn:aws:apigateway:*::/apis', 'arn:aws:apigateway:*::/apis/*', ...DOMAINS], 'apigateway:GET'),
  allow(
    FUNCTIONS,
    ...actionsOf('lambda', 'GetPolicy ListAliases ListVersionsByFunction ListFunctionUrlConfigs'),
  ),
  allow(ANY, 'lambda:GetAccountSettings'),
  allow(TABLES, 'dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', ...DESCRIPTION),
  ...READ_TRUSTSTORE,
  NO_SIGNING_KEYS,
]

/** The rights of `npm run deploy -- --plan`, for pull requests. Archives and templates are named after their content, so they change nothing. */
const PLAN = [
  allow(
    STACKS,
    ...actionsOf('cloudformation', 'CreateChangeSet DescribeChangeSet DeleteChangeSet GetTemplate'),
    'cloudformation:DescribeStackEvents',
  ),
  // These show whether another stack has the tables of the settings.
  allow(ANY, 'cloudformation:DescribeStacks', 'cloudformation:ValidateTemplate', 'lambda:GetAccountSettings'),
  allow(['arn:aws:acm:*:*:certificate/*'], 'acm:DescribeCertificate'),
  allow(
    ['/account', '/apis/*', '/domainnames', '/domainnames/*'].map((path) => `arn:aws:apigateway:*::${path}`),
    'apigateway:GET',
  ),
  allow(FUNCTIONS, 'lambda:GetFunction', 'lambda:GetAlias', 'lambda:ListVersionsByFunction'),
  allow(TABLES, 'dynamodb:Query', 'dynamodb:GetItem', ...DESCRIPTION),
  allow(
    ['archives', 'templates'].map((folder) => `arn:aws:s3:::truststore-certbound-*/${folder}/*`),
    ...['s3:PutObject', 's3:GetObject', 's3:GetObjectVersion'],
  ),
  ...READ_TRUSTSTORE,
  NO_SIGNING_KEYS,
]

const CHANGE_TRUSTSTORE = [
  allow(TRUSTSTORE, 's3:PutObject'),
  allow(DOMAINS, 'apigateway:PATCH'),
  // Changes of a domain with mutual TLS require both (list_amazonapigatewaymanagement.html).
  allow(DOMAINS, 'apigateway:AddCertificateToDomain', 'apigateway:RemoveCertificateFromDomain'),
]

const passRole = (Resource: readonly string[], service: string): Statement => ({
  ...allow(Resource, 'iam:PassRole'),
  Condition: { StringEquals: { 'iam:PassedToService': service } },
})
const ROLES = ['arn:aws:iam::*:role/certbound-*', 'arn:aws:iam::*:role/*/certbound-*']

/** The rights of `npm run deploy` and `npm run rollback`. Without a role for CloudFormation, the caller also needs its policy. */
const DEPLOY = [
  ...PLAN,
  allow(
    STACKS,
    ...actionsOf('cloudformation', 'ExecuteChangeSet CreateStack UpdateStack UpdateTerminationProtection'),
    ...actionsOf('cloudformation', 'DescribeStackResource ListStackResources TagResource UntagResource'),
  ),
  // These delete the versions of functions without an alias, and roll back.
  allow(FUNCTIONS, 'lambda:ListAliases', 'lambda:UpdateAlias'),
  allow(['arn:aws:lambda:*:*:function:certbound-*:*'], 'lambda:DeleteFunction', 'lambda:GetFunction'),
  // The settings of removed routes.
  allow(['arn:aws:apigateway:*::/apis/*/stages/*/routesettings/*'], 'apigateway:DELETE'),
  // The records of deployments.
  allow(TABLES, 'dynamodb:PutItem'),
  ...CHANGE_TRUSTSTORE,
  passRole(
    ['arn:aws:iam::*:role/certbound-cloudformation', 'arn:aws:iam::*:role/*/certbound-cloudformation'],
    'cloudformation.amazonaws.com',
  ),
]

/** The tables that take the place of others in docs/operations.md. */
const NEW_TABLES = ['registry', 'grants'].map((kind) => `arn:aws:dynamodb:*:*:table/certbound-*-${kind}-*`)
/** The tables with the records of changes, as CloudFormation names them. */
const RECORDS = ['arn:aws:dynamodb:*:*:table/certbound-*-AuditTable-*']
const DELETION = actionsOf('dynamodb', 'DeleteItem BatchWriteItem')
/** A table without protection can be deleted, and another time to live deletes its items. */
const PROTECTION = actionsOf('dynamodb', 'UpdateTable UpdateTimeToLive UpdateContinuousBackups')

/** The rights of `npm run provision` and `npm run restore`, with the related steps of docs/operations.md. */
const OPERATE: readonly Statement[] = [
  allow(STACKS, 'cloudformation:DescribeStacks', 'cloudformation:ListStackResources'),
  allow(DOMAINS, 'apigateway:GET'),
  ...READ_TRUSTSTORE,
  ...CHANGE_TRUSTSTORE,
  allow(
    TABLES,
    ...actionsOf('dynamodb', 'GetItem BatchGetItem Query PutItem UpdateItem'),
    ...[...DESCRIPTION, 'dynamodb:RestoreTableToPointInTime', ...PROTECTION],
  ),
  // DynamoDB requires these for the table into which a backup is restored (backuprestore_IAM.html).
  allow(NEW_TABLES, 'dynamodb:CreateTable', 'dynamodb:Scan', ...DELETION),
  { Effect: 'Deny', Action: [...DELETION, ...PROTECTION], Resource: RECORDS },
  allow(FUNCTIONS, 'lambda:PutFunctionConcurrency', 'lambda:DeleteFunctionConcurrency'),
]

/** The ten actions that API Gateway requires from its caller to log the requests of an HTTP API (http-api-logging.html). */
const LOG_DELIVERY = [
  ...actionsOf(
    'logs',
    'CreateLogDelivery PutResourcePolicy UpdateLogDelivery DeleteLogDelivery CreateLogGroup',
  ),
  ...actionsOf('logs', 'DescribeResourcePolicies GetLogDelivery ListLogDeliveries DescribeLogGroups'),
  'logs:DescribeLogStreams',
]

/** The actions that Lambda requires from its caller to put a function into a VPC (configuration-vpc.html). AWS allows to name no resource. */
const VPC = ['ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs']

/** The rights of CloudFormation's role, or of the caller if there is none. */
const CLOUDFORMATION = [
  ...byResource(Object.values(RESOURCE_TYPES)),
  allow(ANY, ...LOG_DELIVERY, ...VPC),
  // Only functions of the stack may get these roles.
  passRole(ROLES, 'lambda.amazonaws.com'),
  allow(DOMAINS, 'apigateway:AddCertificateToDomain', 'apigateway:RemoveCertificateFromDomain'),
  // The first domain of an account requires a role of API Gateway itself.
  {
    ...allow(
      ['arn:aws:iam::*:role/aws-service-role/ops.apigateway.amazonaws.com/*'],
      'iam:CreateServiceLinkedRole',
    ),
    Condition: { StringEquals: { 'iam:AWSServiceName': 'ops.apigateway.amazonaws.com' } },
  },
  // API Gateway reads the trust store, and Lambda the archives, with the caller's rights.
  allow(['arn:aws:s3:::truststore-certbound-*/*'], 's3:GetObject', 's3:GetObjectVersion'),
]

/** Combines the types with equal resources into one statement. */
function byResource(
  types: readonly { readonly actions: readonly string[]; readonly resources: readonly string[] }[],
) {
  const actions = new Map<string, Set<string>>()
  for (const type of types) {
    const key = JSON.stringify(type.resources)
    const all = actions.get(key) ?? new Set()
    for (const action of type.actions) all.add(action)
    actions.set(key, all)
  }
  return [...actions].map(([key, all]) => allow(JSON.parse(key) as string[], ...[...all].sort()))
}

const policy = (Statement: readonly Statement[]): Policy => ({ Version: '2012-10-17', Statement })

/** The rights of people and pipelines, keyed by the names of their files in this folder. */
export const POLICIES = {
  read: policy(READ),
  plan: policy(PLAN),
  deploy: policy(DEPLOY),
  operate: policy(OPERATE),
  cloudformation: policy(CLOUDFORMATION),
}
