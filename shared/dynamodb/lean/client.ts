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
    put: async (input) => caller.call('PutItem', storedInput(input)),
    update: async (input) => caller.call('UpdateItem', storedInput(input)),
    delete: async (input) => caller.call('DeleteItem', storedInput(input)),
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
      try {
        return readAnswer(await this.#send(operation, body))
      } catch (error) {
        if (tries === ATTEMPTS || !(error instanceof DynamoDbFailure)) throw error
        if (error.retryable) await this.#wait(tries, THROTTLING.has(error.name))
        else if (!(error instanceof Refused && this.#mend(error))) throw error
      }
    }
  }

  close(): void {
    this.#connections.close()
  }

  async #send(operation: string, body: string): Promise<Response> {
    const signed = { host: this.#place.endpoint.host, target: `DynamoDB_20120810.${operation}`, body }
    const headers = this.#signer.headers(signed, this.#credentials, Date.now() + this.#skew)
    try {
      return await this.#connections.exchange(headers, body)
    } catch (cause) {
      throw new DynamoDbFailure((cause as Error).name, true, { cause })
    }
  }

  /** Corrects what DynamoDB complains of, if it can. @returns whether it has changed anything */
  #mend({ name, date }: Refused): boolean {
    if (WRONG_TIME.has(name)) {
      const skew = date - Date.now()
      if (!(Math.abs(skew - this.#skew) > TOLERATED_SKEW_MILLISECONDS)) return false
      this.#skew = skew
      return true
    }
    if (!WRONG_CREDENTIALS.has(name)) return false
    const { accessKeyId, sessionToken } = this.#credentials
    this.#credentials = this.#place.credentials()
    return accessKeyId !== this.#credentials.accessKeyId || sessionToken !== this.#credentials.sessionToken
  }
}

/** DynamoDB has refused a request. */
class Refused extends DynamoDbFailure {
  /** DynamoDB's clock in milliseconds, or NaN. */
  readonly date: number

  constructor(type: string, message: string, { status, headers }: Response) {
    const isRetryable = status >= 500 || type === '' || THROTTLING.has(type)
    super(type, isRetryable, { cause: new Error(`${String(status)} ${type}: ${message}`) })
    this.date = Date.parse(headers.date ?? '')
  }
}

/** @throws DynamoDbFailure and ConditionFailed */
function readAnswer(response: Response): unknown {
  const { status, headers, body } = response
  const checksum = headers['x-amz-crc32']
  const isWhole = checksum === undefined || Number(checksum) === crc32(body)
  const answer = isWhole ? readObject(body) : undefined
  if (status === 200) {
    if (answer !== undefined) return answer
    throw new DynamoDbFailure('UnreadableAnswer', true, { cause: new Error('no JSON, or a wrong checksum') })
  }
  // A gateway in between answers with a text of its own.
  const { __type = '', message, Message } = answer ?? {}
  const type = String(__type).replace(/^.*#/, '')
  if (type === 'ConditionalCheckFailedException') throw new ConditionFailed(String(message))
  throw new Refused(type, String(message ?? Message ?? ''), response)
}

function readObject(body: Buffer): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>
  } catch {
    return undefined
  }
}
