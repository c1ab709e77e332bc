import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import { crc32 } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import { listen } from '../../../../infra/connections/listen.ts'
import { ConditionFailed, type DynamoDb, DynamoDbFailure } from '../../../../shared/dynamodb/dynamodb.ts'
import { leanDynamoDb } from '../../../../shared/dynamodb/lean/client.ts'
import type { AwsCredentials } from '../../../../shared/dynamodb/lean/signature.ts'
import { sdkDynamoDb } from '../../../../shared/dynamodb/sdk.ts'

type Answer = (request: IncomingMessage, body: string) => Reply | 'cut' | 'hang'

interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** The connection breaks off after half of the body. */
  readonly isCutOff?: boolean
}

const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const KEY = { TableName: 'grants', Key: { id: 'a' } }
const found = { status: 200, body: JSON.stringify({ Item: { id: { S: 'a' } } }) }
const fault = (status: number, name: string, headers: Reply['headers'] = {}): Reply => ({
  ...{ status, headers },
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'planted' }),
})

/** A DynamoDB that gives these answers, the last one again and again, and the requests that it got. */
async function scripted(...answers: readonly Answer[]) {
  const requests: IncomingMessage[] = []
  const serve: RequestListener = (request, response) => {
    void text(request).then((body) => {
      const answer = answers[Math.min(requests.push(request), answers.length) - 1]
      const reply = answer?.(request, body) ?? 'cut'
      if (reply === 'hang') return
      if (reply === 'cut') {
        request.socket.destroy()
        return
      }
      const length = Buffer.byteLength(reply.body)
      response.writeHead(reply.status, { 'content-length': length, ...reply.headers })
      if (reply.isCutOff === true) {
        response.write(reply.body.slice(0, length / 2), () => request.socket.destroy())
      } else response.end(reply.body)
    })
  }
  const server = await listen(createServer(serve))
  onTestFinished(server.close)
  return { requests, endpoint: `http://127.0.0.1:${server.port}` }
}

interface Opened {
  readonly endpoint: string
  readonly credentials?: () => AwsCredentials
}

const LIMITS = { connecting: 200, answering: 200 }

function lean({ endpoint, credentials = () => CREDENTIALS }: Opened, waited: number[] = []): DynamoDb {
  const before = (tries: number) => Promise.resolve(waited.push(tries))
  const place = { region: 'eu-central-1', endpoint: new URL(endpoint), credentials }
  const dynamodb = leanDynamoDb(place, { ...LIMITS, before })
  onTestFinished(dynamodb.close)
  return dynamodb
}

function sdk({ endpoint }: Opened): DynamoDb {
  const requestHandler = { connectionTimeout: 200, requestTimeout: 200, throwOnRequestTimeout: true }
  const dynamodb = sdkDynamoDb({ region: 'eu-central-1', endpoint, credentials: CREDENTIALS, requestHandler })
  onTestFinished(dynamodb.close)
  return dynamodb
}

const get = (dynamodb: DynamoDb) => dynamodb.get({ ...KEY, ConsistentRead: true })

async function outcome(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer
  } catch (error) {
    if (error instanceof ConditionFailed) return 'the condition failed'
    if (!(error instanceof DynamoDbFailure)) return error
    return error.retryable ? 'a failure that may pass' : `a failure: ${error.name}`
  }
}

describe.each([
  ['sdk', sdk],
  ['lean', lean],
] as const)('by the client %s', (_, open) => {
  const MAY_PASS = 'a failure that may pass'
  test.each<[string, Answer, unknown, number]>([
    ['a connection that is reset', () => 'cut', MAY_PASS, 3],
    ['a connection that hangs', () => 'hang', MAY_PASS, 3],
    ['a body that is cut off', () => ({ ...found, isCutOff: true }), MAY_PASS, 3],
    ['an internal error', () => fault(500, 'InternalServerError'), MAY_PASS, 3],
    ['no service', () => fault(503, 'ServiceUnavailable'), MAY_PASS, 3],
    ['throttling', () => fault(400, 'ThrottlingException'), MAY_PASS, 3],
    ['throttling of the table', () => fault(400, 'ProvisionedThroughputExceededException'), MAY_PASS, 3],
    ['a page of a gateway', () => ({ status: 502, body: '<html>' }), MAY_PASS, 3],
    ['a failed condition', () => fault(400, 'ConditionalCheckFailedException'), 'the condition failed', 1],
    ['a validation error', () => fault(400, 'ValidationException'), 'a failure: ValidationException', 1],
    ['no permission', () => fault(400, 'AccessDeniedException'), 'a failure: AccessDeniedException', 1],
  ])('%s has the same outcome after as many requests', async (_, answer, expected, requests) => {
    const server = await scripted(answer)
    expect(await outcome(get(open(server)))).toEqual(expected)
    expect(server.requests).toHaveLength(requests)
  })

  test.each<[string, Answer]>([
    ['a reset', () => 'cut'],
    ['an internal error', () => fault(500, 'InternalServerError')],
    ['throttling', () => fault(400, 'ThrottlingException')],
  ])('%s that passes is not seen', async (_, answer) => {
    const server = await scripted(answer, () => found)
    expect(await outcome(get(open(server)))).toMatchObject({ Item: { id: 'a' } })
    expect(server.requests).toHaveLength(2)
  })

  test('a clock two hours off is corrected, for signatures', async () => {
    const later = new Date(Date.now() + 7_200_000)
    const server = await scripted(
      () => fault(400, 'InvalidSignatureException', { date: later.toUTCString() }),
      () => found,
    )
    expect(await outcome(get(open(server)))).toMatchObject({ Item: { id: 'a' } })
    const [first, second] = server.requests.map(({ headers }) => String(headers['x-amz-date']).slice(0, 11))
    expect(second).not.toBe(first)
    expect(second).toBe(later.toISOString().replace(/[-:]/g, '').slice(0, 11))
  })
})

test('a signature that is wrong though the clock is right is sent once', async () => {
  const server = await scripted(() =>
    fault(400, 'InvalidSignatureException', { date: new Date().toUTCString() }),
  )
  expect(await outcome(get(lean(server)))).toBe('a failure: InvalidSignatureException')
  expect(server.requests).toHaveLength(1)
})

// The SDK does not look at checksums.
test('an answer with a wrong checksum is not believed, and asked for again', async () => {
  const wrong = { ...found, headers: { 'x-amz-crc32': '1' } }
  const right = { ...found, headers: { 'x-amz-crc32': String(crc32(found.body)) } }
  const server = await scripted(
    () => wrong,
    () => right,
  )
  expect(await outcome(get(lean(server)))).toMatchObject({ Item: { id: 'a' } })
  expect(server.requests).toHaveLength(2)
  const broken = await scripted(() => wrong)
  expect(await outcome(get(lean(broken)))).toBe('a failure that may pass')
})

test('a refusal with a wrong checksum is not believed either', async () => {
  const refused = fault(400, 'ConditionalCheckFailedException', { 'x-amz-crc32': '1' })
  const server = await scripted(
    () => refused,
    () => found,
  )
  expect(await outcome(get(lean(server)))).toMatchObject({ Item: { id: 'a' } })
})

test('credentials of a session that has expired are read again from the environment', async () => {
  let sessionToken = 'first'
  const sent: unknown[] = []
  const server = await scripted((request) => {
    const token = request.headers['x-amz-security-token']
    sent.push(token)
    return token === 'second' ? found : fault(400, 'ExpiredTokenException')
  })
  const dynamodb = lean({ ...server, credentials: () => ({ ...CREDENTIALS, sessionToken }) })
  sessionToken = 'second'
  expect(await outcome(get(dynamodb))).toMatchObject({ Item: { id: 'a' } })
  expect(await outcome(get(dynamodb))).toMatchObject({ Item: { id: 'a' } })
  expect(sent).toEqual(['first', 'second', 'second'])
})

test('credentials that have expired and are still in the environment are a failure after one request', async () => {
  const server = await scripted(() => fault(400, 'ExpiredTokenException'))
  expect(await outcome(get(lean(server)))).toBe('a failure: ExpiredTokenException')
  expect(server.requests).toHaveLength(1)
})

test('the lean client waits before each new try, and not after the last', async () => {
  const waited: number[] = []
  const server = await scripted(() => 'cut')
  expect(await outcome(get(lean(server, waited)))).toBe('a failure that may pass')
  expect(waited).toEqual([1, 2])
})

test('one connection is used again and again', async () => {
  const server = await scripted(() => found)
  const dynamodb = lean(server)
  for (let i = 0; i < 3; i++) await get(dynamodb)
  expect(new Set(server.requests.map(({ socket }) => socket.remotePort)).size).toBe(1)
})
