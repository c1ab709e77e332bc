import { Refusal } from '../../shared/refusal/refusal.ts'
import { recordVersion } from '../../shared/store/records.ts'

/**
 * `If-Match` of a change (RFC 9110 section 13.1.1). It is checked in the change itself, which the store repeats with the current record
 * after each conflict. So if two changes have the same entity tag, only one is made.
 */
export class Precondition {
  readonly #versions: readonly string[] | undefined
  #isBroken = false

  /** @param versions the versions that may be changed, or `undefined` for all */
  constructor(versions: readonly string[] | undefined) {
    this.#versions = versions
  }

  /** @param current the record as it was read from the store */
  readonly allows = (current: object): boolean => {
    this.#isBroken = this.#versions?.includes(recordVersion(current)) === false
    return !this.#isBroken
  }

  /** @throws Refusal record-changed if the last record that was checked must not be changed */
  refuseBroken(): void {
    if (this.#isBroken) throw new Refusal('record-changed')
  }

  /** @throws Refusal record-changed */
  require(current: object): void {
    this.allows(current)
    this.refuseBroken()
  }

  /** The condition for the next change after one of our own. */
  after(changed: object): Precondition {
    return new Precondition(this.#versions && [recordVersion(changed)])
  }
}
