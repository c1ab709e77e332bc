import { Refusal } from '../../shared/refusal/refusal.ts'
import { versionOf } from '../../shared/store/records.ts'

/**
 * Whether `If-Match` allows to change a record. To be asked in the change itself, which the store repeats with what is stored then:
 * of two changes with one entity tag, one is done.
 *
 * @param ifMatch the versions that may be changed, or `undefined` for any (RFC 9110 section 13.1.1)
 * @param current as it was read from the store
 */
export function mayChange(ifMatch: readonly string[] | undefined, current: object): boolean {
  return ifMatch === undefined || ifMatch.includes(versionOf(current))
}

/** @throws Refusal record-changed */
export function refuseChanged(ifMatch: readonly string[] | undefined, current: object): void {
  if (!mayChange(ifMatch, current)) throw new Refusal('record-changed')
}
