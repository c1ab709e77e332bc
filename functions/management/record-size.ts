import { LIMITS } from '../../shared/limits.ts'
import { type Reason, Refusal } from '../../shared/refusal/refusal.ts'

/**
 * Must be called before anything is written, because a record that only the store refuses would be an error of the server.
 *
 * @throws Refusal reason
 */
export function refuseTooLarge(record: object, reason: Reason): void {
  if (Buffer.byteLength(JSON.stringify(record)) > LIMITS.record) throw new Refusal(reason)
}
