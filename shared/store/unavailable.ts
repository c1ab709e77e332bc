import { DynamoDBServiceException } from '@aws-sdk/client-dynamodb'

/** The store cannot be reached or does not serve. The answer is 503, and nothing was decided. */
export class StoreUnavailable extends Error {}

const THROTTLED = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'TransactionInProgressException',
])

/**
 * The error to throw for a failed call: StoreUnavailable for network errors, DynamoDB errors and throttling; the error itself if
 * our request was wrong (a missing table, a missing permission, a failed condition).
 */
export function unavailable(error: unknown): unknown {
  const ours =
    error instanceof DynamoDBServiceException && error.$fault === 'client' && !THROTTLED.has(error.name)
  if (ours || isProgrammingError(error)) return error
  return new StoreUnavailable('the store is unavailable', { cause: error })
}

/** SyntaxError is not one of these: it means that the answer was not JSON, so it did not come from DynamoDB. */
function isProgrammingError(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError
}
