import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb'

/** The store could not be reached or would not serve: the caller answers 503 and nothing was decided. */
export class StoreUnavailable extends Error {}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
])

/**
 * What to throw for a failed call: StoreUnavailable for a fault of the network or of DynamoDB and for throttling;
 * the error itself when our request was wrong (a missing table, a missing permission, a failed condition).
 */
export function unavailable(error: unknown): unknown {
  const ours =
    error instanceof DynamoDBServiceException && error.$fault === 'client' && !THROTTLED.has(error.name)
  if (ours || isProgrammingError(error)) return error
  return new StoreUnavailable('the store is unavailable', { cause: error })
}

/** Not SyntaxError: that is an answer which is no JSON, so it is not DynamoDB's. */
function isProgrammingError(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError
}
