import { crc32 } from 'node:zlib'
import { delay } from '../../delay.ts'
import { isJsonObject, parseJson } from '../../json.ts'
import { ATTEMPTS, ConditionFailed, DynamoDbFailure, THROTTLING } from '../dynamodb.ts'
import { Connections, type Limits } from './connections.ts'
import type { Place } from './environment.ts'
import type { Response } from './response.ts'
import { type AwsCredentials, Signer } from './signature.ts'

/** The time limits of an attempt, and the delay before the next one. */
export interface CallTimes extends Limits {
  /** Waits before another attempt. @param tries the number of attempts so far */
  readonly before: (tries: number, isThrottled: boolean) => Promise<unknown>
}

/** Waits as the SDK's standard mode does: a random part of a time that doubles with each attempt. */
const waitForRetry: CallTimes['before'] = (tries, isThrottled) =>
  delay(Math.random() * 2 ** (tries - 1) * (isThrottled ? 500 : 100))

/** DynamoDB accepts a signature for five minutes. */
const TOLERATED_SKEW_MILLISECONDS = 240_000
const WRONG_TIME = new Set(['InvalidSignatureException', 'RequestExpired', 'RequestTimeTooSkewed'])
const WRONG_CREDENTIALS = new Set(['ExpiredTokenException', 'UnrecognizedClientException'])

/** Makes signed calls, with at most three attempts each. */
export class SignedCaller {
  readonly #place: Place
  readonly #wait: CallTimes['before']
  readonly #signer: Signer
  readonly #connections: Connections
  #credentials: AwsCredentials
  /** The difference of DynamoDB's clock to this machine's clock, in milliseconds. Only signatures use it. */
  #skew = 0

  constructor(place: Place, { before = waitForRetry, ...limits }: Partial<CallTimes> = {}) {
    this.#place = place
    this.#wait = before
    this.#signer = new Signer(place.region)
    this.#connections = new Connections(place.endpoint, limits, () => Date.now())
    this.#credentials = place.credentials()
  }

  /** @throws ConditionFailed, DynamoDbFailure */
  async call(operation: string, input: object): Promise<object> {
    const body = JSON.stringify(input)
    for (let tries = 1; ; tries++) {
      try {
        return readAnswer(await this.#send(operation, body))
      } catch (error) {
        if (tries === ATTEMPTS || !(error instanceof DynamoDbFailure)) throw error
        if (error.retryable) await this.#wait(tries, THROTTLING.has(error.name))
        else if (!(error instanceof ErrorAnswer && this.#mend(error))) throw error
      }
    }
  }

  /** Opens a connection before the first call, without credentials. */
  openEarly(): void {
    this.#connections.openEarly()
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

  /** Corrects the clock skew or the credentials if DynamoDB complains about them. @returns whether it has changed anything */
  #mend({ name, date }: ErrorAnswer): boolean {
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

/** DynamoDB answered with an error. */
class ErrorAnswer extends DynamoDbFailure {
  /** DynamoDB's time in milliseconds, or NaN. */
  readonly date: number

  constructor(type: string, message: unknown, { status, headers }: Response) {
    const isRetryable = status >= 500 || type === '' || THROTTLING.has(type)
    super(type === '' ? 'UnreadableAnswer' : type, isRetryable, {
      cause: new Error(`${String(status)} ${type}: ${String(message)}`),
    })
    this.date = Date.parse(headers.get('date') ?? '')
  }
}

/** @throws DynamoDbFailure and ConditionFailed */
function readAnswer(response: Response): object {
  const { status, headers, body } = response
  const checksum = headers.get('x-amz-crc32')
  const isWhole = checksum === undefined || Number(checksum) === crc32(body)
  const answer = isWhole ? parseJson(body.toString()) : undefined
  const isObject = isJsonObject(answer)
  if (status === 200 && isObject) return answer
  // A gateway in between answers with a text of its own.
  const { __type = '', message = 'the answer is not JSON, or its checksum is wrong' } = isObject ? answer : {}
  const type = String(__type).replace(/^.*#/, '')
  if (type === 'ConditionalCheckFailedException') throw new ConditionFailed(type)
  throw new ErrorAnswer(type, message, response)
}
