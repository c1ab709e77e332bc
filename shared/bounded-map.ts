/** A map of at most `limit` entries. If it is full, a new key replaces the oldest one. */
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
