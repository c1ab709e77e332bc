import { setTimeout as delay } from 'node:timers/promises'
import { crc32 } from 'node:zlib'
import { isJsonObject, parseJson } from '../../json.ts'
import { ATTEMPTS, ConditionFailed, DynamoDbFailure, THROTTLING } from '../dynamodb.ts'
import { Connections, type Limits } from './connections.ts'
import type { Place } from './environment.ts'
import type { Response } from './response.ts'
import { type Credentials, Signer } from './signature.ts'

export interface Waits extends Limits {
  /** Before another try. @param tries so far, from 1 */
  readonly before: (tries: number, isThrottled: boolean) => Promise<unknown>
}

/** As the SDK's standard mode: a random part of a time that doubles with each try. */
const waitBefore: Waits['before'] = (tries, isThrottled) =>
  delay(Math.random() * 2 ** (tries - 1) * (isThrottled ? 500 : 100))

/** DynamoDB takes a signature for five minutes. */
const TOLERATED_SKEW_MILLISECONDS = 240_000
const WRONG_TIME = new Set(['InvalidSignatureException', 'RequestExpired', 'RequestTimeTooSkewed'])
const WRONG_CREDENTIALS = new Set(['ExpiredTokenException', 'UnrecognizedClientException'])

/** Makes signed calls, three times at most. */
export class Caller {
  readonly #place: Place
  readonly #wait: Waits['before']
  readonly #signer: Signer
  readonly #connections: Connections
  #credentials: Credentials
  /** What this machine's clock lacks, in milliseconds. Only signatures use it: decisions keep to the clock. */
  #skew = 0

  constructor(place: Place, { before = waitBefore, ...limits }: Partial<Waits> = {}) {
    this.#place = place
    this.#wait = before
    this.#signer = new Signer(place.region)
    this.#connections = new Connections(place.endpoint, limits)
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
  const { __type = '', message = 'no JSON, or a wrong checksum' } = isObject ? answer : {}
  const type = String(__type).replace(/^.*#/, '')
  if (type === 'ConditionalCheckFailedException') throw new ConditionFailed(type)
  throw new Refused(type, message, response)
}
