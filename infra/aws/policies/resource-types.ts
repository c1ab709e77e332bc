/**
 * The calls of CloudFormation for the resources of a type: to create, change, read and delete them, as far as the templates require. The
 * page is that of the service in AWS's Service Authorization Reference.
 */
interface TypeRights {
  readonly page: string
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** @param names the names of actions of a service, with spaces between them */
export function actionsOf(service: string, names: string): readonly string[] {
  return names.split(' ').map((name) => `${service}:${name}`)
}

/** The pattern of all names of a deployment, which begin with the name of its stacks. */
const NAMED = 'certbound-*'

const log = (names: string): TypeRights => ({
  page: 'list_amazoncloudwatchlogs.html',
  actions: actionsOf('logs', names),
  resources: [`arn:aws:logs:*:*:log-group:${NAMED}`, `arn:aws:logs:*:*:log-group:/aws/*/${NAMED}`],
})
/** The rights for API Gateway, whose actions are the methods of its own API. */
const gateway = (...paths: readonly string[]): TypeRights => ({
  page: 'list_amazonapigatewaymanagementv2.html',
  actions: actionsOf('apigateway', 'GET POST PUT PATCH DELETE TagResource UntagResource'),
  resources: paths.map((path) => `arn:aws:apigateway:*::${path}`),
})
const PARTS_OF_API = gateway('/apis', '/apis/*', '/tags/*')
const lambda = (names: string): TypeRights => ({
  page: 'list_awslambda.html',
  actions: actionsOf('lambda', names),
  resources: [`arn:aws:lambda:*:*:function:${NAMED}`],
})
const bucket = (names: string): TypeRights => ({
  page: 'list_amazons3.html',
  actions: actionsOf('s3', names),
  resources: [`arn:aws:s3:::${NAMED}`, 'arn:aws:s3:::truststore-certbound-*'],
})
const topic = (names: string): TypeRights => ({
  page: 'list_amazonsns.html',
  actions: actionsOf('sns', names),
  resources: [`arn:aws:sns:*:*:${NAMED}`],
})

export const RESOURCE_TYPES: Readonly<Record<string, TypeRights>> = {
  'AWS::ApiGatewayV2::Api': PARTS_OF_API,
  'AWS::ApiGatewayV2::ApiMapping': gateway('/domainnames/*/apimappings', '/domainnames/*/apimappings/*'),
  'AWS::ApiGatewayV2::DomainName': gateway('/domainnames', '/domainnames/*', '/tags/*'),
  'AWS::ApiGatewayV2::Integration': PARTS_OF_API,
  'AWS::ApiGatewayV2::Route': PARTS_OF_API,
  'AWS::ApiGatewayV2::Stage': PARTS_OF_API,
  'AWS::CertificateManager::Certificate': {
    page: 'list_awscertificatemanager.html',
    actions: actionsOf(
      'acm',
      'RequestCertificate DescribeCertificate DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate ListTagsForCertificate',
    ),
    // A certificate has a random identifier.
    resources: ['arn:aws:acm:*:*:certificate/*'],
  },
  'AWS::CloudWatch::Alarm': {
    page: 'list_amazoncloudwatch.html',
    actions: actionsOf('cloudwatch', 'PutMetricAlarm DeleteAlarms TagResource UntagResource'),
    resources: [`arn:aws:cloudwatch:*:*:alarm:${NAMED}`],
  },
  'AWS::DynamoDB::Table': {
    page: 'list_amazondynamodb.html',
    actions: [
      ...actionsOf('dynamodb', 'CreateTable UpdateTable DeleteTable DescribeTable'),
      ...actionsOf('dynamodb', 'DescribeTimeToLive UpdateTimeToLive'),
      ...actionsOf(
        'dynamodb',
        'DescribeContinuousBackups UpdateContinuousBackups DescribeContributorInsights',
      ),
      ...actionsOf('dynamodb', 'DescribeKinesisStreamingDestination GetResourcePolicy'),
      ...actionsOf('dynamodb', 'ListTagsOfResource TagResource UntagResource'),
    ],
    resources: [`arn:aws:dynamodb:*:*:table/${NAMED}`],
  },
  'AWS::Events::Rule': {
    page: 'list_amazoneventbridge.html',
    actions: [
      ...['PutRule', 'DescribeRule', 'DeleteRule', 'PutTargets', 'RemoveTargets', 'ListTargetsByRule'],
      ...['TagResource', 'UntagResource'],
    ].map((name) => `events:${name}`),
    resources: [`arn:aws:events:*:*:rule/${NAMED}`],
  },
  'AWS::IAM::Role': {
    page: 'list_awsidentityandaccessmanagementiam.html',
    actions: [
      ...actionsOf('iam', 'CreateRole GetRole UpdateRole DeleteRole UpdateAssumeRolePolicy GetRolePolicy'),
      ...actionsOf('iam', 'PutRolePolicy DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies'),
      ...actionsOf('iam', 'PutRolePermissionsBoundary DeleteRolePermissionsBoundary TagRole UntagRole'),
    ],
    // The name may follow a path.
    resources: [`arn:aws:iam::*:role/${NAMED}`, `arn:aws:iam::*:role/*/${NAMED}`],
  },
  'AWS::Lambda::Alias': lambda('CreateAlias UpdateAlias GetAlias DeleteAlias'),
  'AWS::Lambda::Function': lambda(
    'CreateFunction GetFunction GetFunctionConfiguration DeleteFunction UpdateFunctionCode UpdateFunctionConfiguration GetFunctionCodeSigningConfig GetFunctionRecursionConfig GetRuntimeManagementConfig ListTags TagResource UntagResource PutFunctionConcurrency DeleteFunctionConcurrency',
  ),
  'AWS::Lambda::Permission': lambda('AddPermission RemovePermission GetPolicy'),
  'AWS::Lambda::Version': lambda(
    'PublishVersion ListVersionsByFunction GetProvisionedConcurrencyConfig DeleteFunction',
  ),
  'AWS::Logs::LogGroup': log(
    'CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy ListTagsForResource TagResource UntagResource AssociateKmsKey DisassociateKmsKey GetDataProtectionPolicy DescribeIndexPolicies',
  ),
  'AWS::Logs::MetricFilter': log('PutMetricFilter DescribeMetricFilters DeleteMetricFilter'),
  'AWS::Logs::QueryDefinition': {
    page: 'list_amazoncloudwatchlogs.html',
    actions: actionsOf('logs', 'PutQueryDefinition DeleteQueryDefinition DescribeQueryDefinitions'),
    // AWS does not allow to name a resource for these.
    resources: ['*'],
  },
  'AWS::Route53::RecordSet': {
    page: 'list_amazonroute53.html',
    actions: actionsOf('route53', 'ChangeResourceRecordSets ListResourceRecordSets GetHostedZone GetChange'),
    resources: ['arn:aws:route53:::hostedzone/*', 'arn:aws:route53:::change/*'],
  },
  'AWS::S3::Bucket': bucket(
    'CreateBucket DeleteBucket ListBucket GetBucketLocation PutBucketVersioning GetBucketVersioning PutEncryptionConfiguration GetEncryptionConfiguration PutBucketPublicAccessBlock GetBucketPublicAccessBlock PutBucketOwnershipControls GetBucketOwnershipControls PutBucketTagging GetBucketTagging PutLifecycleConfiguration GetLifecycleConfiguration',
  ),
  'AWS::S3::BucketPolicy': bucket('PutBucketPolicy GetBucketPolicy DeleteBucketPolicy'),
  'AWS::SNS::Subscription': topic('Subscribe GetSubscriptionAttributes Unsubscribe'),
  'AWS::SNS::Topic': topic(
    'CreateTopic DeleteTopic GetTopicAttributes SetTopicAttributes ListSubscriptionsByTopic ListTagsForResource TagResource UntagResource GetDataProtectionPolicy',
  ),
  'AWS::SNS::TopicPolicy': topic('SetTopicAttributes'),
}
