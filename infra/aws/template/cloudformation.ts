/**
 * Parts of CloudFormation's resources. If safety requires a certain value of a property, its type allows only this value, so another one
 * does not compile.
 */

/** The names of our resources and parameters that others refer to, and of the resources that osls makes for the API, the functions and the routes. */
export type LogicalId =
  | `${string}${'LambdaFunction' | 'LogGroup' | 'Alias' | 'Archive'}`
  | `${'Registry' | 'Grants' | 'Audit'}Table`
  | `${string}${'List' | 'Notices'}Rule`
  | 'AlarmTopic'
  | 'Bucket'
  | 'HttpApi'
  | 'HttpApiStage'
  | 'MtlsDomain'
  | 'MtlsDomainCertificate'
  | 'PlainDomain'
  | 'PlainDomainCertificate'
  | 'PlainStage'
  | 'TruststoreVersion'

export interface Ref<Id extends LogicalId = LogicalId> {
  Ref: Id
}
interface Attribute<Name extends string> {
  'Fn::GetAtt': readonly [LogicalId, Name]
}
export const ref = <Id extends LogicalId>(id: Id): Ref<Id> => ({ Ref: id })
export const attribute = <Name extends string>(id: LogicalId, name: Name): Attribute<Name> => {
  return { 'Fn::GetAtt': [id, name] }
}
/** Text, or a reference to it. */
export type Value = string | Ref
/** The ARN of one resource, so not `*`. */
export type Arn =
  Attribute<'Arn'> | { 'Fn::Sub': `arn:\${AWS::Partition}:${string}` | `\${${string}.Arn}/${string}` }

/** A bucket of S3, or objects in it. */
export interface S3Arn {
  'Fn::Sub': `arn:\${AWS::Partition}:s3:::${string}`
}

/** A key of KMS, from the settings. */
export type KeyArn = `arn:${string}:kms:${string}:key/${string}`

interface Resource<Type extends string, Properties> {
  Type: `AWS::${Type}`
  Properties: Properties
}

interface Domain {
  DomainName: string
  DomainNameConfigurations: readonly [
    {
      CertificateArn: Value
      EndpointType: 'REGIONAL'
      IpAddressType: 'dualstack'
      /** TLS 1.2 and 1.3. The newer SecurityPolicy_ values cannot be combined with mutual TLS. */
      SecurityPolicy: 'TLS_1_2'
      OwnershipVerificationCertificateArn?: string | undefined
    },
  ]
}
/** API Gateway reads a trust store when the domain is created or changed, not when the object changes. So the version is set. */
interface MutualTls {
  MutualTlsAuthentication: {
    TruststoreUri: { 'Fn::Sub': `s3://\${Bucket}/${string}` }
    TruststoreVersion: Ref<'TruststoreVersion'>
  }
}
export type DomainName = Resource<'ApiGatewayV2::DomainName', Domain>
export type MtlsDomainName = Resource<'ApiGatewayV2::DomainName', Domain & MutualTls>

type Access = `dynamodb:${'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem'}`
/** The rights for the network interfaces of a function in a VPC. Only their resource can be `*`. */
interface InterfaceStatement {
  Sid?: never
  Condition?: never
  Effect: 'Allow'
  Action: readonly `ec2:${string}`[]
  Resource: '*'
}
interface S3Statement {
  Sid?: never
  Effect: 'Allow'
  Action: readonly ('s3:GetObject' | 's3:ListBucket')[]
  Resource: S3Arn
  Condition?: { readonly StringLike: { readonly 's3:prefix': string } }
}
export type Statement = TableStatement | S3Statement | InterfaceStatement
/** Neither an action nor a resource can be `*`. */
export interface TableStatement {
  Sid?: string
  Effect: 'Allow' | 'Deny'
  Action: readonly (Access | 'logs:CreateLogStream' | 'logs:PutLogEvents' | 'kms:Decrypt')[]
  Resource: Arn | KeyArn
  Condition?: Readonly<
    Record<string, Readonly<Record<`${'dynamodb' | 'kms'}:${string}`, string | readonly string[]>>>
  >
}
interface Policy<Each> {
  Version: '2012-10-17'
  Statement: readonly Each[]
}
/** A role that only Lambda can assume, without managed policies. */
export type FunctionRole = Resource<
  'IAM::Role',
  {
    Path?: string | undefined
    PermissionsBoundary?: string | undefined
    AssumeRolePolicyDocument: Policy<{
      Effect: 'Allow'
      Principal: { Service: 'lambda.amazonaws.com' }
      Action: 'sts:AssumeRole'
    }>
    Policies: readonly [{ PolicyName: string; PolicyDocument: Policy<Statement> }]
  }
>
