import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'

/** An item of DynamoDB may have 400 KB, which numbers and lists fill half as much again as their JSON. */
const MAX_BYTES = 256 * 1024

/**
 * To be called before anything is written: a record that only the store refuses would be an error of the server.
 *
 * @throws Refusal reason
 */
export function refuseTooLarge(record: object, reason: Reason): void {
  if (Buffer.byteLength(JSON.stringify(record)) > MAX_BYTES) throw new Refusal(reason)
}
