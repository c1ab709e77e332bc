/** The attributes of an item, as plain JavaScript values. */
export type Item = Readonly<Record<string, unknown>>
/** The key of an item: one or two attributes with texts. */
export type Key = Readonly<Record<string, string>>

interface TableInput {
  readonly TableName: string
}

interface Expressions {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>
  readonly ExpressionAttributeValues?: Item
}

interface Condition extends Expressions {
  readonly ConditionExpression?: string
}

/** The keys that a batch reads from one table. */
export interface KeysAndReads {
  readonly Keys: readonly Key[]
  readonly ConsistentRead?: boolean
}

/** The input of each call, with DynamoDB's own names. Values of attributes are plain JavaScript values. */
export interface Inputs {
  readonly get: TableInput & { readonly Key: Key; readonly ConsistentRead: boolean }
  readonly batchGet: { readonly RequestItems: Readonly<Record<string, KeysAndReads>> }
  readonly put: TableInput & Condition & { readonly Item: Item }
  readonly update: TableInput & Condition & { readonly Key: Key; readonly UpdateExpression: string }
  readonly delete: TableInput & Condition & { readonly Key: Key }
  readonly query: TableInput &
    Expressions & {
      readonly KeyConditionExpression: string
      readonly IndexName?: string
      readonly ConsistentRead?: boolean
      readonly Limit?: number
      readonly ExclusiveStartKey?: Item
      readonly ScanIndexForward?: boolean
    }
}

/** The members that are read from the answer to each call. */
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
 * The calls of the store to DynamoDB. There are two clients: the AWS SDK, and a lean one for the functions that every request needs
 * (docs/architecture.md, section 2).
 *
 * Each call throws ConditionFailed, DynamoDbFailure, or the error of a value that cannot be stored.
 */
export type DynamoDb = {
  readonly [Operation in keyof Inputs]: (input: Inputs[Operation]) => Promise<Outputs[Operation]>
} & { readonly close: () => void }

/** A client that is still loading. Its calls wait for it. */
export function startingDynamoDb(started: Promise<DynamoDb>): DynamoDb {
  return {
    get: async (input) => (await started).get(input),
    batchGet: async (input) => (await started).batchGet(input),
    put: async (input) => (await started).put(input),
    update: async (input) => (await started).update(input),
    delete: async (input) => (await started).delete(input),
    query: async (input) => (await started).query(input),
    close: () => void started.then(({ close }) => close()),
  }
}

/** The condition of a write does not hold. The write may be the second attempt of one that has succeeded. */
export class ConditionFailed extends Error {}

/** A call of DynamoDB failed. The cause is the error of the connection or of the SDK, or DynamoDB's answer. */
export class DynamoDbFailure extends Error {
  /** Whether the same call may succeed later: the network, throttling or DynamoDB failed. Otherwise the request was wrong. */
  readonly retryable: boolean

  /** @param name the name of the error in DynamoDB, in the SDK or of the connection */
  constructor(name: string, retryable: boolean, options: ErrorOptions) {
    super('a call of DynamoDB failed', options)
    this.name = name
    this.retryable = retryable
  }
}

/** The names of errors that do not blame the request, although DynamoDB answers them with the status 400. */
export const THROTTLING: ReadonlySet<string> = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
])

/** The limits of each attempt. If a connection hangs, the answer must be 503 well before API Gateway gives up after 29 seconds. */
export const CONNECTION_TIMEOUT_MILLISECONDS = 1000
export const REQUEST_TIMEOUT_MILLISECONDS = 4000
export const ATTEMPTS = 3
