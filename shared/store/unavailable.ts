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
  if (ours || !cameFromOutside(error)) return error
  return new StoreUnavailable('the store is unavailable', { cause: error })
}

/**
 * Errors of connections have a `code`, timeouts have their name, and what the SDK makes of an answer, or of text that is no
 * answer of DynamoDB, has `$metadata` or `$response`. All others are our own, for example a value that cannot be stored.
 */
function cameFromOutside(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) return false
  return error.name === 'TimeoutError' || ['code', '$metadata', '$response'].some((member) => member in error)
}
