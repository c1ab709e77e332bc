/** A cache of at most `limit` entries, whatever clients send: when it is full, a new key takes the place of the oldest. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #limit: number

  constructor(limit: number) {
    super()
    this.#limit = limit
  }

  override set(key: Key, value: Value): this {
    const [oldest] = this.keys()
    if (oldest !== undefined && this.size >= this.#limit && !this.has(key)) this.delete(oldest)
    return super.set(key, value)
  }
}
