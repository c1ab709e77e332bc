import {
  ConditionFailed,
  type DynamoDb,
  DynamoDbFailure,
  type Inputs,
  type Item,
  type Key,
  type Outputs,
} from '../dynamodb/dynamodb.ts'
import { delay } from '../delay.ts'
import { conditionOn, updateOf } from './expressions.ts'
import { StoreUnavailable } from './unavailable.ts'

/** The outcome of a conditional write. If its condition failed, `current` is the stored item, if there is one. */
export type WriteOutcome =
  { readonly done: true } | { readonly done: false; readonly current: Item | undefined }

/** Values that only one write stores, by attribute. An item that has one of them shows that the write was done. */
export type Traces = Item & { readonly attempt: string }

const UNPROCESSED_RETRIES_MILLISECONDS = [20, 80, 320]

/**
 * One DynamoDB table. Every call of the store goes through it.
 *
 * All reads except those of an index are strongly consistent. A conditional write requires that stored values are equal to given
 * ones, so it cannot create an item by mistake or succeed twice. Each write stores a new `attempt`. If a condition fails but
 * the item has a trace of this write, the write has succeeded, and the client of DynamoDB has repeated it (architecture, section 3).
 * No write returns the item (docs/operations.md), so it is read again for that.
 *
 * Every method throws StoreUnavailable if the table cannot be reached. It does not change other errors.
 */
export class Table {
  readonly #dynamodb: DynamoDb
  readonly #name: string
  /** Makes a value for the attribute `attempt`, which each write sets to a new one. */
  readonly newAttempt: () => string

  constructor(dynamodb: DynamoDb, name: string, newAttempt: () => string) {
    this.#dynamodb = dynamodb
    this.#name = name
    this.newAttempt = newAttempt
  }

  async find(key: Key): Promise<Item | undefined> {
    const { Item } = await callDynamoDb(
      this.#dynamodb.get({ TableName: this.#name, Key: key, ConsistentRead: true }),
    )
    // In HTTP/1.1 nothing shows which request an answer belongs to, so a late answer could be that of another request.
    if (Item !== undefined && !matches(Item, key)) throw new StoreUnavailable('the item has another key')
    return Item
  }

  /** Finds items in the order of their keys; `undefined` stands for an absent item. @param keys at most 100 different ones */
  async findAll(keys: readonly Key[]): Promise<(Item | undefined)[]> {
    const found: Item[] = []
    let pending: readonly Key[] = keys
    for (const wait of [...UNPROCESSED_RETRIES_MILLISECONDS, undefined]) {
      const request = { [this.#name]: { Keys: [...pending], ConsistentRead: true } }
      const answer = await callDynamoDb(this.#dynamodb.batchGet({ RequestItems: request }))
      found.push(...(answer.Responses?.[this.#name] ?? []))
      pending = answer.UnprocessedKeys?.[this.#name]?.Keys ?? []
      if (pending.length === 0) return keys.map((key) => found.find((item) => matches(item, key)))
      if (wait !== undefined) await delay(wait)
    }
    throw new StoreUnavailable('keys were left unprocessed')
  }

  query(partition: Key): Promise<Item[]> {
    return this.#queryAll(partition, { ConsistentRead: true })
  }

  /** The first items of a partition, or the first after the key `after`, which need not exist. An empty list means that none is left. */
  queryFirst(partition: Key, limit: number, after?: Key): Promise<readonly Item[]> {
    return this.#queryPart(partition, limit, after === undefined ? {} : { ExclusiveStartKey: after })
  }

  /** The last items of a partition before the key `before`, the last one first. An empty list means that none is left. */
  queryLast(partition: Key, limit: number, before: Key): Promise<readonly Item[]> {
    return this.#queryPart(partition, limit, { ExclusiveStartKey: before, ScanIndexForward: false })
  }

  async #queryPart(
    partition: Key,
    Limit: number,
    from: Pick<Inputs['query'], 'ExclusiveStartKey' | 'ScanIndexForward'>,
  ): Promise<readonly Item[]> {
    const { ConditionExpression: KeyConditionExpression, ...attributes } = conditionOn(partition)
    const query = { TableName: this.#name, KeyConditionExpression, ...attributes, ...from }
    const answer = await callDynamoDb(this.#dynamodb.query({ ...query, ConsistentRead: true, Limit }))
    return answer.Items ?? []
  }

  /** The keys in an index. The index may lag behind: it can still have deleted items, and lack new ones. */
  queryIndex(IndexName: string, partition: Key): Promise<Item[]> {
    return this.#queryAll(partition, { IndexName })
  }

  /** The first keys in a partition of an index whose `held` comes after `after` as text, if that is not empty. The index may lag behind. */
  async queryIndexPart(IndexName: string, partition: Key, after: string, Limit: number): Promise<Item[]> {
    const { ConditionExpression, ExpressionAttributeValues, ...names } = conditionOn(partition)
    // DynamoDB refuses an empty text for an attribute of a key.
    const behind = after === '' ? {} : { ':after': after }
    const query = {
      ...{ TableName: this.#name, IndexName, Limit, ...names },
      KeyConditionExpression: ConditionExpression + (after === '' ? '' : ' AND held > :after'),
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ...behind },
    }
    return [...((await callDynamoDb(this.#dynamodb.query(query))).Items ?? [])]
  }

  async #queryAll(
    partition: Key,
    options: { readonly ConsistentRead?: boolean; readonly IndexName?: string },
  ): Promise<Item[]> {
    const { ConditionExpression: KeyConditionExpression, ...attributes } = conditionOn(partition)
    const items: Item[] = []
    let start: Item | undefined
    do {
      const answer: Outputs['query'] = await callDynamoDb(
        this.#dynamodb.query({
          TableName: this.#name,
          KeyConditionExpression,
          ...attributes,
          ...options,
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      )
      items.push(...(answer.Items ?? []))
      start = answer.LastEvaluatedKey
    } while (start !== undefined)
    return items
  }

  /** Writes a new item. The outcome is not `done` if the key is taken. */
  async create(item: Item, key: Key, traces: Traces = this.#newTraces()): Promise<WriteOutcome> {
    const names = Object.fromEntries(Object.keys(key).map((name) => [`#${name}`, name]))
    const ConditionExpression = Object.keys(names)
      .map((name) => `attribute_not_exists(${name})`)
      .join(' AND ')
    const Item = { ...item, ...key, attempt: traces.attempt }
    return this.#settle(
      this.#dynamodb.put({
        TableName: this.#name,
        Item,
        ConditionExpression,
        ExpressionAttributeNames: names,
      }),
      key,
      traces,
    )
  }

  /** Writes an item unconditionally. Grants and states of clients must not be written so. */
  async replace(item: Item, key: Key, attempt = this.newAttempt()): Promise<void> {
    const Item = { ...item, ...key, attempt }
    await callDynamoDb(this.#dynamodb.put({ TableName: this.#name, Item }))
  }

  /** Deletes an item unconditionally. Only records of the registry may be deleted so. */
  async erase(key: Key): Promise<void> {
    await callDynamoDb(this.#dynamodb.delete({ TableName: this.#name, Key: key }))
  }

  /**
   * Sets the attributes in `change`, and removes those that are `undefined` there. The condition is that the item has all values of
   * `stored`, and lacks the attributes that are `undefined` there.
   */
  async update(
    key: Key,
    change: Item,
    stored: Item,
    traces: Traces = this.#newTraces(),
  ): Promise<WriteOutcome> {
    const condition = conditionOn({ ...stored })
    const edit = updateOf({ ...change, attempt: traces.attempt })
    const write = this.#dynamodb.update({
      TableName: this.#name,
      Key: key,
      UpdateExpression: edit.expression,
      ConditionExpression: condition.ConditionExpression,
      ExpressionAttributeNames: Object.assign(edit.names, condition.ExpressionAttributeNames),
      ExpressionAttributeValues: Object.assign(edit.values, condition.ExpressionAttributeValues),
    })
    return this.#settle(write, key, traces)
  }

  /** Deletes the item if it has all values of `stored`. An absent item is `done` as well. */
  async remove(key: Key, stored: Item): Promise<WriteOutcome> {
    const write = this.#dynamodb.delete({ TableName: this.#name, Key: key, ...conditionOn(stored) })
    const outcome = await this.#settle(write, key, {})
    return outcome.done || outcome.current === undefined ? { done: true } : outcome
  }

  #newTraces(): Traces {
    return { attempt: this.newAttempt() }
  }

  async #settle(write: Promise<unknown>, key: Key, traces: Item): Promise<WriteOutcome> {
    try {
      await callDynamoDb(write)
      return { done: true }
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error
      const current = await this.find(key)
      const isTrace = ([name, value]: [string, unknown]) => value !== undefined && current?.[name] === value
      return Object.entries(traces).some(isTrace) ? { done: true } : { done: false, current }
    }
  }
}

/** Waits for a call of DynamoDB. @throws StoreUnavailable for failures that may be temporary; other errors unchanged */
async function callDynamoDb<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call
  } catch (error) {
    const isTemporary = error instanceof DynamoDbFailure && error.retryable
    throw isTemporary ? new StoreUnavailable('the store is unavailable', { cause: error.cause }) : error
  }
}

function matches(item: Item, key: Key): boolean {
  return Object.entries(key).every(([name, value]) => item[name] === value)
}
