export type Item = Readonly<Record<string, unknown>>
export type Key = Readonly<Record<string, string>>

interface OfTable {
  readonly TableName: string
}

interface Expressions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Item
}

interface Condition extends Expressions {
  readonly ConditionExpression?: string
}

export interface KeysAndReads {
  readonly Keys: readonly Key[]
  readonly ConsistentRead?: boolean
}

/** What each call takes, by DynamoDB's own names. Values of attributes are plain JavaScript values. */
export interface Inputs {
  readonly get: OfTable & { readonly Key: Key; readonly ConsistentRead: boolean }
  readonly batchGet: { readonly RequestItems: Readonly<Record<string, KeysAndReads>> }
  readonly put: OfTable & Condition & { readonly Item: Item }
  readonly update: OfTable & Condition & { readonly Key: Key; readonly UpdateExpression: string }
  readonly delete: OfTable & Condition & { readonly Key: Key }
  readonly query: OfTable &
    Expressions & {
      readonly KeyConditionExpression: string
      readonly IndexName?: string
      readonly ConsistentRead?: boolean
      readonly Limit?: number
      readonly ExclusiveStartKey?: Item
    }
}

/** The members of the answers that are read. */
export interface Outputs {
  readonly get: { readonly Item?: Item | undefined }
  readonly batchGet: {
    readonly Responses?: Readonly<Record<string, readonly Item[]>> | undefined
    readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly Key[] }>> | undefined
  }
  readonly put: unknown
  readonly update: unknown
  readonly delete: unknown
  readonly query: {
    readonly Items?: readonly Item[] | undefined
    readonly LastEvaluatedKey?: Item | undefined
  }
}

/**
 * The calls that the store makes of DynamoDB. There are two clients: the AWS SDK, and a lean one for the functions on the path of
 * every request (docs/architecture.md, section 2).
 *
 * Each call throws ConditionFailed, DynamoDbFailure, or the error of a value that cannot be stored.
 */
export type DynamoDb = {
  readonly [Operation in keyof Inputs]: (input: Inputs[Operation]) => Promise<Outputs[Operation]>
} & { readonly close: () => void }

/** The condition of a write does not hold. It may be the second try of a write that has succeeded. */
export class ConditionFailed extends Error {}

/** DynamoDB did not do what was asked. The cause is the error of the connection or of the SDK, or what DynamoDB answered. */
export class DynamoDbFailure extends Error {
  /** Whether the same call may succeed later: the network, throttling or DynamoDB failed. Otherwise the request was wrong. */
  readonly retryable: boolean

  /** @param name DynamoDB's name of the error, or the SDK's, or what became of the connection */
  constructor(name: string, retryable: boolean, options: ErrorOptions) {
    super('DynamoDB did not do what was asked', options)
    this.name = name
    this.retryable = retryable
  }
}

/** By name: they are no failure of the request, though DynamoDB answers them with the status 400. */
export const THROTTLING: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
])

/** If a connection hangs, the answer must be 503 well before API Gateway gives up after 29 seconds. */
export const CONNECTION_TIMEOUT_MILLISECONDS = 1000
export const REQUEST_TIMEOUT_MILLISECONDS = 4000
export const ATTEMPTS = 3
