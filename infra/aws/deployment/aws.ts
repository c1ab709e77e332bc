import { ACMClient } from '@aws-sdk/client-acm'
import { APIGatewayClient } from '@aws-sdk/client-api-gateway'
import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { Complaint, type Io } from '../../command.ts'
import { LOCAL, type Operator } from '../../management/operation.ts'

/**
 * Clients of AWS in one Region, with the endpoints and the credentials of the environment. A failed call throws a Complaint, whose cause
 * is the error of AWS.
 */
export function openAws(region: string) {
  const sts = new STSClient({ region })
  const { credentials } = sts.config
  const own = { region, credentials }
  const clients = {
    sts,
    acm: new ACMClient(own),
    cloudFormation: new CloudFormationClient(own),
    s3: new S3Client(own),
    gateway: new ApiGatewayV2Client(own),
    // Only this version of the API has the limits of the account.
    restGateway: new APIGatewayClient(own),
    lambda: new LambdaClient(own),
    dynamodb: new DynamoDBClient(own),
  }
  for (const client of Object.values<Explained>(clients))
    client.middlewareStack.add(explain as never, { step: 'initialize' })
  return {
    ...clients,
    credentials,
    close: () => Object.values(clients).forEach((client) => client.destroy()),
  }
}

export type Aws = ReturnType<typeof openAws>

/** Prints where the calls go if they do not go to AWS: with another endpoint in the shell everything else looks as usual. */
export function showEndpoint({ env, out, err }: Io, isJson = false): void {
  const endpoint = env['AWS_ENDPOINT_URL'] ?? ''
  if (endpoint !== '') (isJson ? err : out)(`not AWS: all calls go to ${endpoint} (AWS_ENDPOINT_URL)`)
}

/** @param aws absent: the tables are on this machine */
export async function operatorOf(operation: string, aws?: Aws): Promise<Operator> {
  const identity = await aws?.sts.send(new GetCallerIdentityCommand({}))
  return { operation, by: identity?.Arn ?? LOCAL.by }
}

/** The common part of all clients. */
interface Explained {
  readonly middlewareStack: { add(middleware: never, options: { readonly step: 'initialize' }): void }
  destroy(): void
}

type Named = 'Bucket' | 'CertificateArn' | 'DomainName' | 'FunctionName' | 'Key' | 'StackName' | 'TableName'
type Input = Readonly<Record<Named, string>>

/** The beginnings of complaints about failed calls. All other complaints begin with the name of the call. */
const CALLS: Readonly<Record<string, (input: Input) => string>> = {
  GetCallerIdentity: () => 'reading the identity of the credentials',
  GetAccount: () => 'reading the quotas of API Gateway',
  GetAccountSettings: () => 'reading the quotas of Lambda',
  DescribeStacks: ({ StackName }) => `reading the stack ${StackName}`,
  DescribeStackEvents: ({ StackName }) => `reading the events of ${StackName}`,
  GetTemplate: ({ StackName }) => `reading the template of ${StackName}`,
  CreateChangeSet: ({ StackName }) => `planning the stack ${StackName}`,
  DescribeChangeSet: ({ StackName }) => `planning the stack ${StackName}`,
  ExecuteChangeSet: ({ StackName }) => `changing the stack ${StackName}`,
  DescribeCertificate: ({ CertificateArn }) => `reading the certificate ${CertificateArn}`,
  GetDomainName: ({ DomainName }) => `reading the domain ${DomainName}`,
  UpdateDomainName: ({ DomainName }) => `changing the domain ${DomainName}`,
  HeadObject: ({ Bucket }) => `reading the bucket ${Bucket}`,
  PutObject: ({ Bucket }) => `writing to the bucket ${Bucket}`,
  GetObject: ({ Bucket, Key }) => `reading the trust store s3://${Bucket}/${Key}`,
}

/** A middleware around all retries of the SDK. */
function explain(
  send: (call: { readonly input: Input }) => Promise<unknown>,
  { commandName = '' }: { readonly commandName?: string },
) {
  const name = commandName.replace(/Command$/, '')
  return (call: { readonly input: Input }) => attempt(CALLS[name]?.(call.input) ?? name, () => send(call))
}

/** Whether AWS answered a call with an error of one of these names. */
export function isAnswer(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Complaint && error.cause instanceof Error && names.includes(error.cause.name)
}

/** @throws Complaint with one line: the action and the problem */
export async function attempt<Result>(doing: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    throw complaintOf(doing, error instanceof StoreUnavailable ? error.cause : error)
  }
}

/** Explanations of common errors, keyed by AWS's names of the errors. */
const MEANINGS: Readonly<Record<string, string>> = {
  ExpiredToken: 'the AWS credentials have expired: get new ones',
  ExpiredTokenException: 'the AWS credentials have expired: get new ones',
  InvalidClientTokenId: 'AWS does not recognize the credentials',
  UnrecognizedClientException: 'AWS does not recognize the credentials',
  SignatureDoesNotMatch: 'AWS does not accept the secret of the credentials',
  NoSuchBucket: 'the bucket does not exist',
  ResourceNotFoundException:
    'the tables do not exist: npm run deploy creates them; if you use --endpoint, use it there too',
}

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly code?: string
  /** The SDK has it if it could not read the body of an answer. */
  readonly $response?: { readonly statusCode?: number }
}

function complaintOf(doing: string, error: unknown): unknown {
  if (error instanceof Complaint || !(error instanceof Error)) return error
  const { name, $metadata, code = '', $response } = error as AwsError
  const message = error.message.replaceAll(/\s+/g, ' ').trim()
  const isDenied = /^AccessDenied|^UnauthorizedOperation/.test(name) || $metadata?.httpStatusCode === 403
  const denied = isDenied ? `the AWS credentials do not allow this (${message})` : undefined
  const unreachable = /^E[A-Z]+$/.test(code) ? `AWS cannot be reached (${code})` : undefined
  const missing = name === 'CredentialsProviderError' ? withoutCredentials(message) : undefined
  const foreign =
    name === 'SyntaxError' ? foreignAnswer($response?.statusCode ?? $metadata?.httpStatusCode) : undefined
  const meaning = missing ?? foreign ?? MEANINGS[name] ?? denied ?? unreachable ?? `${name}: ${message}`
  return new Complaint(`${doing}: ${meaning}`, { cause: error })
}

/** AWS answers in JSON or XML. A proxy on the way may answer in HTML. */
function foreignAnswer(status: number | undefined): string {
  return `this is not an answer of AWS (status ${String(status)}): check whether a proxy or AWS_ENDPOINT_URL is in the way`
}

/** The SDK's message does not name the profile, and after a search in several places it names no cause. */
function withoutCredentials(sentence: string): string {
  const profile = process.env['AWS_PROFILE'] ?? ''
  const isLost = sentence.startsWith('Could not load credentials from any providers')
  if (profile === '' && isLost)
    return 'no AWS credentials found: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
  if (isLost)
    return `the AWS configuration contains no profile ${profile} (AWS_PROFILE) or no credentials for it: aws configure list-profiles lists the profiles`
  const name = profile === '' ? 'default' : profile
  const login = /sso/i.test(sentence) ? ` (aws sso login --profile ${name})` : ''
  return `the profile ${name} provides no credentials: ${sentence}${login}`
}
