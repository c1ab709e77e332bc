import { setTimeout as delay } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb'
import type { AttributeValue } from '@aws-sdk/client-dynamodb'
import {
  ATTEMPTS,
  ConditionFailed,
  type DynamoDb,
  DynamoDbFailure,
  type Item,
  THROTTLING,
} from '../dynamodb.ts'
import { Connections, type Response } from './connections.ts'
import { type Place, placeFromEnvironment } from './environment.ts'
import { type Credentials, Signer } from './signature.ts'

type Stored = Record<string, AttributeValue>

interface StoredOutputs {
  readonly get: { readonly Item?: Stored }
  readonly batchGet: {
    readonly Responses?: Readonly<Record<string, readonly Stored[]>>
    readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly Stored[] }>>
  }
  readonly query: { readonly Items?: readonly Stored[]; readonly LastEvaluatedKey?: Stored }
}

/** DynamoDB without the AWS SDK, for the functions on the path of every request. @throws Error of `placeFromEnvironment` */
export function leanDynamoDb(place: Place = placeFromEnvironment(), wait: Wait = waitBetween): DynamoDb {
  const caller = new Caller(place, wait)
  return {
    get: async (input) => {
      const { Item } = (await caller.call('GetItem', storedInput(input))) as StoredOutputs['get']
      return { Item: Item && unmarshall(Item) }
    },
    batchGet: async ({ RequestItems }) => {
      const asked = mapValues(RequestItems, ({ Keys, ...rest }) => ({ ...rest, Keys: Keys.map(stored) }))
      const answer = await caller.call('BatchGetItem', { RequestItems: asked })
      const { Responses = {}, UnprocessedKeys = {} } = answer as StoredOutputs['batchGet']
      return {
        Responses: mapValues(Responses, (items) => items.map((item) => unmarshall(item))),
        UnprocessedKeys: mapValues(UnprocessedKeys, ({ Keys }) => ({
          Keys: Keys.map((key) => unmarshall(key)),
        })),
      }
    },
    put: (input) => caller.call('PutItem', storedInput(input)),
    update: (input) => caller.call('UpdateItem', storedInput(input)),
    delete: (input) => caller.call('DeleteItem', storedInput(input)),
    query: async (input) => {
      const answer = await caller.call('Query', storedInput(input))
      const { Items = [], LastEvaluatedKey } = answer as StoredOutputs['query']
      return {
        Items: Items.map((item) => unmarshall(item)),
        LastEvaluatedKey: LastEvaluatedKey && unmarshall(LastEvaluatedKey),
      }
    },
    close: () => {
      caller.close()
    },
  }
}

/** The members of an input that have values of attributes. */
const VALUES = ['Key', 'Item', 'ExpressionAttributeValues', 'ExclusiveStartKey'] as const

function storedInput<Input extends { readonly [Name in (typeof VALUES)[number]]?: Item }>(
  input: Input,
): object {
  const values = VALUES.filter((name) => input[name] !== undefined)
  return { ...input, ...Object.fromEntries(values.map((name) => [name, stored(input[name] ?? {})])) }
}

function stored(item: Item): Stored {
  return marshall(item, { removeUndefinedValues: true }) as Stored
}

function mapValues<From, To>(
  of: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]))
}

/** Waits before another try. @param tries so far, from 1 */
export type Wait = (tries: number, isThrottled: boolean) => Promise<unknown>

/** As the SDK's standard mode: a random part of a time that doubles with each try. */
const waitBetween: Wait = (tries, isThrottled) =>
  delay(Math.random() * 2 ** (tries - 1) * (isThrottled ? 500 : 100))

/** DynamoDB takes a signature for five minutes. */
const TOLERATED_SKEW_MILLISECONDS = 240_000
const WRONG_TIME = new Set(['InvalidSignatureException', 'RequestExpired', 'RequestTimeTooSkewed'])
const WRONG_CREDENTIALS = new Set(['ExpiredTokenException', 'UnrecognizedClientException'])

class Caller {
  readonly #place: Place
  readonly #wait: Wait
  readonly #signer: Signer
  readonly #connections: Connections
  #credentials: Credentials
  /** What this machine's clock lacks, in milliseconds. Only signatures use it: decisions keep to the clock. */
  #skew = 0

  constructor(place: Place, wait: Wait) {
    this.#place = place
    this.#wait = wait
    this.#signer = new Signer(place.region)
    this.#connections = new Connections(place.endpoint)
    this.#credentials = place.credentials()
  }

  async call(operation: string, input: object): Promise<unknown> {
    const body = JSON.stringify(input)
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(operation, body)
      if (!('failure' in outcome)) return outcome.answer
      const { failure, type, date } = outcome
      if (tries === ATTEMPTS || !(failure.retryable || this.#mend(type, date))) throw failure
      if (failure.retryable) await this.#wait(tries, THROTTLING.has(type))
    }
  }

  close(): void {
    this.#connections.close()
  }

  /** @throws ConditionFailed */
  async #try(operation: string, body: string): Promise<{ readonly answer: unknown } | Failed> {
    const signed = { host: this.#place.endpoint.host, target: `DynamoDB_20120810.${operation}`, body }
    const headers = this.#signer.headers(signed, this.#credentials, Date.now() + this.#skew)
    try {
      return readAnswer(await this.#connections.exchange(headers, body))
    } catch (cause) {
      if (cause instanceof ConditionFailed) throw cause
      return failed('', new DynamoDbFailure((cause as Error).name, true, { cause }))
    }
  }

  /** Corrects what the refusal complains of, if it can. @returns whether it has changed anything */
  #mend(type: string, date: number): boolean {
    if (WRONG_TIME.has(type)) {
      const skew = date - Date.now()
      if (!(Math.abs(skew - this.#skew) > TOLERATED_SKEW_MILLISECONDS)) return false
      this.#skew = skew
      return true
    }
    if (!WRONG_CREDENTIALS.has(type)) return false
    const { accessKeyId, sessionToken } = this.#credentials
    this.#credentials = this.#place.credentials()
    return accessKeyId !== this.#credentials.accessKeyId || sessionToken !== this.#credentials.sessionToken
  }
}

interface Failed {
  readonly failure: DynamoDbFailure
  /** DynamoDB's name of the error, without its namespace; empty when it has not answered. */
  readonly type: string
  /** DynamoDB's clock in milliseconds. */
  readonly date: number
}

function failed(type: string, failure: DynamoDbFailure, date = NaN): Failed {
  return { failure, type, date }
}

/** @throws ConditionFailed, and Error for bytes that did not come from DynamoDB as they are */
function readAnswer({ status, headers, body }: Response): { readonly answer: unknown } | Failed {
  const checksum = headers['x-amz-crc32']
  if (checksum !== undefined && Number(checksum) !== crc32(body)) throw new Error('a wrong checksum')
  if (status === 200) return { answer: JSON.parse(body.toString()) as unknown }
  const { type, message } = readRefusal(body)
  if (type === 'ConditionalCheckFailedException') throw new ConditionFailed(message)
  const isRetryable = status >= 500 || type === '' || THROTTLING.has(type)
  const cause = new Error(`${String(status)} ${type}: ${message}`)
  return failed(type, new DynamoDbFailure(type, isRetryable, { cause }), Date.parse(headers.date ?? ''))
}

function readRefusal(body: Buffer): { readonly type: string; readonly message: string } {
  try {
    const {
      __type = '',
      message,
      Message,
    } = JSON.parse(body.toString()) as Record<string, string | undefined>
    return { type: __type.slice(__type.lastIndexOf('#') + 1), message: message ?? Message ?? '' }
  } catch {
    // A gateway in between answers with a text of its own.
    return { type: '', message: '' }
  }
}
