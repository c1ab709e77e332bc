/**
 * The calls of CloudFormation for the resources of a type: to create, change, read and delete them, as far as the templates require. The
 * page is that of the service in AWS's Service Authorization Reference.
 */
interface TypeRights {
  readonly page: string
  readonly actions: readonly string[]
  readonly resources: readonly string[]
}

/** The pattern of all names of a deployment, which begin with the name of its stacks. */
const NAMED = 'certbound-*'

const log = (actions: readonly string[]): TypeRights => ({
  page: 'list_amazoncloudwatchlogs.html',
  actions,
  resources: [`arn:aws:logs:*:*:log-group:${NAMED}`, `arn:aws:logs:*:*:log-group:/aws/*/${NAMED}`],
})
/** The rights for API Gateway, whose actions are the methods of its own API. */
const gateway = (...paths: readonly string[]): TypeRights => ({
  page: 'list_amazonapigatewaymanagementv2.html',
  actions: [
    'apigateway:GET',
    'apigateway:POST',
    'apigateway:PUT',
    'apigateway:PATCH',
    'apigateway:DELETE',
  ].concat('apigateway:TagResource', 'apigateway:UntagResource'),
  resources: paths.map((path) => `arn:aws:apigateway:*::${path}`),
})
const PARTS_OF_API = gateway('/apis', '/apis/*', '/tags/*')
const lambda = (...actions: readonly string[]): TypeRights => ({
  page: 'list_awslambda.html',
  actions,
  resources: [`arn:aws:lambda:*:*:function:${NAMED}`],
})
const bucket = (...actions: readonly string[]): TypeRights => ({
  page: 'list_amazons3.html',
  actions,
  resources: [`arn:aws:s3:::${NAMED}`, 'arn:aws:s3:::truststore-certbound-*'],
})
const topic = (...actions: readonly string[]): TypeRights => ({
  page: 'list_amazonsns.html',
  actions,
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
    actions: [
      ...['acm:RequestCertificate', 'acm:DescribeCertificate', 'acm:DeleteCertificate'],
      ...['acm:AddTagsToCertificate', 'acm:RemoveTagsFromCertificate', 'acm:ListTagsForCertificate'],
    ],
    // A certificate has a random identifier.
    resources: ['arn:aws:acm:*:*:certificate/*'],
  },
  'AWS::CloudWatch::Alarm': {
    page: 'list_amazoncloudwatch.html',
    actions: ['PutMetricAlarm', 'DeleteAlarms', 'TagResource', 'UntagResource'].map(
      (name) => `cloudwatch:${name}`,
    ),
    resources: [`arn:aws:cloudwatch:*:*:alarm:${NAMED}`],
  },
  'AWS::DynamoDB::Table': {
    page: 'list_amazondynamodb.html',
    actions: [
      ...[
        'CreateTable',
        'UpdateTable',
        'DeleteTable',
        'DescribeTable',
        'DescribeTimeToLive',
        'UpdateTimeToLive',
      ],
      ...['DescribeContinuousBackups', 'UpdateContinuousBackups', 'DescribeContributorInsights'],
      ...[
        'DescribeKinesisStreamingDestination',
        'GetResourcePolicy',
        'ListTagsOfResource',
        'TagResource',
        'UntagResource',
      ],
    ].map((name) => `dynamodb:${name}`),
    resources: [`arn:aws:dynamodb:*:*:table/${NAMED}`],
  },
  'AWS::IAM::Role': {
    page: 'list_awsidentityandaccessmanagementiam.html',
    actions: [
      ...['CreateRole', 'GetRole', 'UpdateRole', 'DeleteRole', 'UpdateAssumeRolePolicy', 'GetRolePolicy'],
      ...['PutRolePolicy', 'DeleteRolePolicy', 'ListRolePolicies', 'ListAttachedRolePolicies'],
      ...['PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary', 'TagRole', 'UntagRole'],
    ].map((name) => `iam:${name}`),
    // The name may follow a path.
    resources: [`arn:aws:iam::*:role/${NAMED}`, `arn:aws:iam::*:role/*/${NAMED}`],
  },
  'AWS::Lambda::Alias': lambda(
    'lambda:CreateAlias',
    'lambda:UpdateAlias',
    'lambda:GetAlias',
    'lambda:DeleteAlias',
  ),
  'AWS::Lambda::Function': lambda(
    ...[
      'lambda:CreateFunction',
      'lambda:GetFunction',
      'lambda:GetFunctionConfiguration',
      'lambda:DeleteFunction',
    ],
    ...[
      'lambda:UpdateFunctionCode',
      'lambda:UpdateFunctionConfiguration',
      'lambda:GetFunctionCodeSigningConfig',
    ],
    ...[
      'lambda:GetFunctionRecursionConfig',
      'lambda:GetRuntimeManagementConfig',
      'lambda:ListTags',
      'lambda:TagResource',
    ],
    ...['lambda:UntagResource', 'lambda:PutFunctionConcurrency', 'lambda:DeleteFunctionConcurrency'],
  ),
  'AWS::Lambda::Permission': lambda('lambda:AddPermission', 'lambda:RemovePermission', 'lambda:GetPolicy'),
  'AWS::Lambda::Version': lambda(
    ...['lambda:PublishVersion', 'lambda:ListVersionsByFunction', 'lambda:GetProvisionedConcurrencyConfig'],
    'lambda:DeleteFunction',
  ),
  'AWS::Logs::LogGroup': log(
    [
      ...[
        'CreateLogGroup',
        'DeleteLogGroup',
        'PutRetentionPolicy',
        'DeleteRetentionPolicy',
        'ListTagsForResource',
      ],
      ...['TagResource', 'UntagResource', 'AssociateKmsKey', 'DisassociateKmsKey', 'GetDataProtectionPolicy'],
      'DescribeIndexPolicies',
    ].map((name) => `logs:${name}`),
  ),
  'AWS::Logs::MetricFilter': log([
    'logs:PutMetricFilter',
    'logs:DescribeMetricFilters',
    'logs:DeleteMetricFilter',
  ]),
  'AWS::Logs::QueryDefinition': {
    page: 'list_amazoncloudwatchlogs.html',
    actions: ['logs:PutQueryDefinition', 'logs:DeleteQueryDefinition', 'logs:DescribeQueryDefinitions'],
    // AWS does not allow to name a resource for these.
    resources: ['*'],
  },
  'AWS::Route53::RecordSet': {
    page: 'list_amazonroute53.html',
    actions: [
      ...['route53:ChangeResourceRecordSets', 'route53:ListResourceRecordSets', 'route53:GetHostedZone'],
      'route53:GetChange',
    ],
    resources: ['arn:aws:route53:::hostedzone/*', 'arn:aws:route53:::change/*'],
  },
  'AWS::S3::Bucket': bucket(
    ...[
      's3:CreateBucket',
      's3:DeleteBucket',
      's3:ListBucket',
      's3:GetBucketLocation',
      's3:PutBucketVersioning',
    ],
    ...['s3:GetBucketVersioning', 's3:PutEncryptionConfiguration', 's3:GetEncryptionConfiguration'],
    ...['s3:PutBucketPublicAccessBlock', 's3:GetBucketPublicAccessBlock', 's3:PutBucketOwnershipControls'],
    ...['s3:GetBucketOwnershipControls', 's3:PutBucketTagging', 's3:GetBucketTagging'],
    ...['s3:PutLifecycleConfiguration', 's3:GetLifecycleConfiguration'],
  ),
  'AWS::S3::BucketPolicy': bucket('s3:PutBucketPolicy', 's3:GetBucketPolicy', 's3:DeleteBucketPolicy'),
  'AWS::SNS::Subscription': topic('sns:Subscribe', 'sns:GetSubscriptionAttributes', 'sns:Unsubscribe'),
  'AWS::SNS::Topic': topic(
    ...['sns:CreateTopic', 'sns:DeleteTopic', 'sns:GetTopicAttributes', 'sns:SetTopicAttributes'],
    ...['sns:ListSubscriptionsByTopic', 'sns:ListTagsForResource', 'sns:TagResource', 'sns:UntagResource'],
    'sns:GetDataProtectionPolicy',
  ),
  'AWS::SNS::TopicPolicy': topic('sns:SetTopicAttributes'),
}
