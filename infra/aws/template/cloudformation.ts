/**
 * The resources of the template, with the properties that they use. A property that must have one value for safety has only that
 * value in its type, so another one does not compile. A type of resource that is new to the template is declared here first.
 */

/** Our resources, and those that osls makes of the API, the functions and the routes. */
export type LogicalId =
  | 'RegistryTable'
  | 'GrantsTable'
  | 'MtlsDomain'
  | 'PlainDomain'
  | 'HttpApiStage'
  | 'PlainStage'
  | `${string}${'LambdaFunction' | 'LogGroup' | 'Role'}`
  | `HttpApiRoute${string}`
  | 'AlarmTopic'
  | 'HttpApi'

export interface Ref<Id extends LogicalId = LogicalId> {
  Ref: Id
}
export interface Attribute<Name extends string = string> {
  'Fn::GetAtt': readonly [LogicalId, Name]
}
export const ref = <Id extends LogicalId>(id: Id): Ref<Id> => ({ Ref: id })
export const attribute = <Name extends string>(id: LogicalId, name: Name): Attribute<Name> => {
  return { 'Fn::GetAtt': [id, name] }
}
/** Text, or the text that CloudFormation puts in its place. */
export type Value = string | Ref | Attribute
/** The name of one thing; `*` is none. */
export type Arn =
  Attribute<'Arn'> | { 'Fn::Sub': `arn:\${AWS::Partition}:${string}` | `\${${string}.Arn}/${string}` }

interface Resource<Type extends string, Properties> {
  Type: `AWS::${Type}`
  DependsOn?: LogicalId | readonly LogicalId[]
  Properties: Properties
}

interface Domain {
  DomainName: string
  DomainNameConfigurations: readonly [
    {
      CertificateArn: string
      EndpointType: 'REGIONAL'
      IpAddressType: 'dualstack'
      /** 1.2 and 1.3. The newer SecurityPolicy_ names cannot be combined with mutual TLS. */
      SecurityPolicy: 'TLS_1_2'
      OwnershipVerificationCertificateArn?: string | undefined
    },
  ]
}
/** API Gateway reads a trust store when the domain is made or changed, not when the object changes. So its version is named. */
interface MutualTls {
  MutualTlsAuthentication: { TruststoreUri: `s3://${string}/${string}`; TruststoreVersion: string }
}
export type DomainName = Resource<'ApiGatewayV2::DomainName', Domain>
export type MtlsDomainName = Resource<'ApiGatewayV2::DomainName', Domain & MutualTls>
export type ApiMapping = Resource<
  'ApiGatewayV2::ApiMapping',
  {
    ApiId: Ref<'HttpApi'>
    DomainName: Ref<'MtlsDomain' | 'PlainDomain'>
    Stage: Ref<'HttpApiStage' | 'PlainStage'>
  }
>

export interface RouteSettings {
  DetailedMetricsEnabled: boolean
  ThrottlingRateLimit: number
  ThrottlingBurstLimit: number
}
/** A route without settings of its own has those of the stage. */
export interface StageLimits {
  DefaultRouteSettings: RouteSettings
  RouteSettings: Readonly<Record<`ANY /${string}`, RouteSettings>>
}
export type Stage = Resource<
  'ApiGatewayV2::Stage',
  StageLimits & {
    ApiId: Ref<'HttpApi'>
    StageName: string
    AutoDeploy: true
    AccessLogSettings: { DestinationArn: Attribute<'Arn'>; Format: string }
  }
>

type Access = `dynamodb:${'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem'}`
/** Neither an action nor a resource can be `*`. */
export interface Statement {
  Effect: 'Allow' | 'Deny'
  Action: readonly (Access | 'logs:CreateLogStream' | 'logs:PutLogEvents')[]
  Resource: Arn
  Condition?: Readonly<Record<string, Readonly<Record<`dynamodb:${string}`, string | readonly string[]>>>>
}
interface Policy<Each> {
  Version: '2012-10-17'
  Statement: readonly Each[]
}
/** Only Lambda takes it, and it has no managed policies. */
export type Role = Resource<
  'IAM::Role',
  {
    AssumeRolePolicyDocument: Policy<{
      Effect: 'Allow'
      Principal: { Service: 'lambda.amazonaws.com' }
      Action: 'sts:AssumeRole'
    }>
    Policies: readonly [{ PolicyName: string; PolicyDocument: Policy<Statement> }]
  }
>

export interface Metric {
  Namespace: string
  MetricName: string
  Dimensions?: readonly { Name: string; Value: Ref }[]
}
type Statistic = { Statistic: 'Sum' } | { ExtendedStatistic: 'p99' }
interface Query {
  Id: string
  ReturnData: boolean
  Label?: string
  Expression?: 'SUM(METRICS())'
  MetricStat?: { Period: 300; Stat: 'Sum'; Metric: Metric }
}
/** What an alarm watches: a metric, or an expression over several. */
export type Watched = (Metric & Statistic & { Period: 300 }) | { Metrics: readonly Query[] }
/** It is sent to the topic, as its end is. Without data there is no alarm. */
export type Alarm = Resource<
  'CloudWatch::Alarm',
  Watched & {
    AlarmDescription: string
    EvaluationPeriods: number
    Threshold: number
    ComparisonOperator: 'GreaterThanOrEqualToThreshold' | 'GreaterThanThreshold'
    TreatMissingData: 'notBreaching'
    AlarmActions: readonly [Ref<'AlarmTopic'>]
    OKActions: readonly [Ref<'AlarmTopic'>]
  }
>
export type MetricFilter = Resource<
  'Logs::MetricFilter',
  {
    LogGroupName: Ref<`${string}LogGroup`>
    FilterPattern: `{ ${string} }`
    MetricTransformations: readonly [
      { MetricNamespace: string; MetricName: string; MetricValue: '1'; DefaultValue: 0; Unit: 'Count' },
    ]
  }
>
export type Topic = Resource<'SNS::Topic', { DisplayName: string }>
export type Subscription = Resource<
  'SNS::Subscription',
  { TopicArn: Ref<'AlarmTopic'>; Protocol: 'email'; Endpoint: string }
>
