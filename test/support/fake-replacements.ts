/** When a change of a property makes CloudFormation replace the resource ("Update requires" in its template reference). */
interface Row {
  readonly always: readonly string[]
  /** Only some changes of these do. CloudFormation does not know beforehand which. */
  readonly sometimes?: readonly string[]
}

/** Every type of our templates. */
const ROWS: Readonly<Record<string, Row>> = {
  'AWS::ApiGatewayV2::Api': { always: ['ProtocolType'] },
  'AWS::ApiGatewayV2::ApiMapping': { always: ['DomainName'] },
  'AWS::ApiGatewayV2::DomainName': { always: ['DomainName'] },
  'AWS::ApiGatewayV2::Integration': { always: ['ApiId'] },
  'AWS::ApiGatewayV2::Route': { always: ['ApiId'] },
  'AWS::ApiGatewayV2::Stage': { always: ['ApiId', 'StageName'] },
  'AWS::CertificateManager::Certificate': {
    always: [
      ...['CertificateAuthorityArn', 'DomainName', 'DomainValidationOptions', 'KeyAlgorithm'],
      ...['SubjectAlternativeNames', 'ValidationMethod'],
    ],
  },
  'AWS::CloudWatch::Alarm': { always: ['AlarmName'] },
  'AWS::DynamoDB::Table': {
    always: ['ImportSourceSpecification', 'KeySchema', 'LocalSecondaryIndexes', 'TableName'],
    sometimes: ['AttributeDefinitions'],
  },
  'AWS::IAM::Role': { always: ['Path', 'RoleName'] },
  'AWS::Lambda::Alias': { always: ['FunctionName', 'Name'] },
  'AWS::Lambda::Function': { always: ['FunctionName', 'PackageType', 'TenancyConfig'] },
  'AWS::Lambda::Permission': {
    always: [
      ...['Action', 'EventSourceToken', 'FunctionName', 'FunctionUrlAuthType', 'InvokedViaFunctionUrl'],
      ...['Principal', 'PrincipalOrgID', 'SourceAccount', 'SourceArn'],
    ],
  },
  'AWS::Lambda::Version': { always: ['CodeSha256', 'Description', 'FunctionName'] },
  'AWS::Logs::LogGroup': { always: ['LogGroupName'] },
  'AWS::Logs::MetricFilter': { always: ['FilterName', 'LogGroupName'] },
  'AWS::Logs::QueryDefinition': { always: [] },
  'AWS::Route53::RecordSet': { always: ['HostedZoneId', 'HostedZoneName', 'Name'] },
  'AWS::S3::Bucket': { always: ['BucketName'] },
  'AWS::S3::BucketPolicy': { always: ['Bucket'] },
  'AWS::SNS::Subscription': { always: ['Endpoint', 'Protocol', 'TopicArn'] },
  'AWS::SNS::Topic': { always: ['FifoTopic', 'TopicName'] },
  'AWS::SNS::TopicPolicy': { always: [] },
}

/**
 * Whether CloudFormation replaces a resource of which these properties change.
 *
 * @throws Error for a type that no template had when the table was written
 */
export function replacementOf(type: string, changed: readonly string[]): 'True' | 'Conditional' | 'False' {
  const row = ROWS[type]
  if (row === undefined) throw new Error(`the table of replacements has no row for ${type}`)
  if (changed.some((property) => row.always.includes(property))) return 'True'
  return changed.some((property) => row.sometimes?.includes(property)) ? 'Conditional' : 'False'
}
