import { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2'
import { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { LambdaClient } from '@aws-sdk/client-lambda'
import { S3Client } from '@aws-sdk/client-s3'
import { StoreUnavailable } from '../../../shared/store/unavailable.ts'
import { Complaint } from '../../command.ts'

/** Clients of AWS in one Region, with the credentials and endpoints of the environment. */
export function openAws(region: string) {
  const clients = {
    cloudFormation: new CloudFormationClient({ region }),
    s3: new S3Client({ region }),
    gateway: new ApiGatewayV2Client({ region }),
    lambda: new LambdaClient({ region }),
    dynamodb: new DynamoDBClient({ region }),
  }
  return { ...clients, close: () => Object.values(clients).forEach((client) => client.destroy()) }
}

export type Aws = ReturnType<typeof openAws>

/** Explanations of common errors, by the name that AWS gives the error. */
const MEANINGS: Readonly<Record<string, string>> = {
  CredentialsProviderError:
    'there are no AWS credentials: set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ExpiredToken: 'the AWS credentials have expired: get new ones',
  ExpiredTokenException: 'the AWS credentials have expired: get new ones',
  InvalidClientTokenId: 'AWS does not know the credentials',
  UnrecognizedClientException: 'AWS does not know the credentials',
  SignatureDoesNotMatch: 'AWS does not accept the secret of the credentials',
  NoSuchBucket: 'the bucket does not exist',
  ResourceNotFoundException:
    'there are no such tables: npm run deploy makes them, with the same --endpoint if you gave one',
}

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number }
  readonly code?: string
}

/** @throws Complaint of one line: the action in words, and the problem */
export async function attempt<Result>(doing: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action()
  } catch (error) {
    throw explained(doing, error instanceof StoreUnavailable ? error.cause : error)
  }
}

function explained(doing: string, error: unknown): unknown {
  if (error instanceof Complaint || !(error instanceof Error)) return error
  const { name, $metadata, code = '' } = error as AwsError
  const message = error.message.replaceAll(/\s+/g, ' ').trim()
  const isDenied = /^AccessDenied|^UnauthorizedOperation/.test(name) || $metadata?.httpStatusCode === 403
  const denied = isDenied ? `the AWS credentials do not allow it (${message})` : undefined
  const unreachable = /^E[A-Z]+$/.test(code) ? `AWS cannot be reached (${code})` : undefined
  const meaning = MEANINGS[name] ?? denied ?? unreachable ?? `${name}: ${message}`
  return new Complaint(`${doing}: ${meaning}`, { cause: error })
}
