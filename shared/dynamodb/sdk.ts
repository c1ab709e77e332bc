import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  type DynamoDBClientConfig,
  DynamoDBServiceException,
} from '@aws-sdk/client-dynamodb'
import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import {
  ATTEMPTS,
  ConditionFailed,
  CONNECTION_TIMEOUT_MILLISECONDS,
  type DynamoDb,
  DynamoDbFailure,
  type Outputs,
  REQUEST_TIMEOUT_MILLISECONDS,
  THROTTLING,
} from './dynamodb.ts'

/** A DynamoDB client that uses the AWS SDK. @param config overrides the settings that the SDK reads from the environment */
export function sdkDynamoDb(config: DynamoDBClientConfig = {}): DynamoDb {
  const client = new DynamoDBClient({
    maxAttempts: ATTEMPTS,
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
      requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
      throwOnRequestTimeout: true,
    },
    ...config,
  })
  const document = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
  const send: typeof document.send = async (command: never): Promise<never> => {
    try {
      return await document.send<never, never>(command)
    } catch (error) {
      throw convertError(error)
    }
  }
  return {
    get: (input) => send(new GetCommand(input)),
    batchGet: (input) =>
      send(new BatchGetCommand(input as BatchGetCommandInput)) as Promise<Outputs['batchGet']>,
    put: (input) => send(new PutCommand(input)),
    update: (input) => send(new UpdateCommand(input)),
    delete: (input) => send(new DeleteCommand(input)),
    query: (input) => send(new QueryCommand(input)),
    close: () => {
      client.destroy()
    },
  }
}

function convertError(error: unknown): unknown {
  if (error instanceof ConditionalCheckFailedException) return new ConditionFailed(error.message)
  if (error instanceof DynamoDBServiceException) {
    const isOurs = error.$fault === 'client' && !THROTTLING.has(error.name)
    return new DynamoDbFailure(error.name, !isOurs, { cause: error })
  }
  return isFromOutside(error) ? new DynamoDbFailure(error.name, true, { cause: error }) : error
}

/**
 * Errors of connections have a `code`, and timeouts have their name. If the SDK makes an error from an answer, or from text that is
 * not an answer of DynamoDB, the error has `$metadata` or `$response`. All others are our own, for example for a value that cannot be
 * stored.
 */
function isFromOutside(error: unknown): error is Error {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false
  return error.name === 'TimeoutError' || ['code', '$metadata', '$response'].some((member) => member in error)
}
