import { createHmac, hash } from 'node:crypto'
import { Agent, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { LOCAL_DYNAMODB } from '../tables/tables.ts'
import type { RecordedCall } from './recorder.ts'

/**
 * The least that the DynamoDB calls of an issued token and of an introspection cost: the same bytes, signed by hand with a key that
 * is derived before, and answers that nobody parses.
 *
 * @param calls of an issued token and of an introspection
 * @returns by path, what makes the call. @throws Error when DynamoDB refuses it
 */
export function floorCalls(
  endpoint: string,
  calls: readonly RecordedCall[],
): Readonly<Record<string, () => Promise<number>>> {
  const bodies = new Map(calls.map(({ operation, body }) => [operation, body]))
  const send = signedCalls(endpoint)
  const put = bodies.get('PutItem') ?? ''
  const [before = '', after = ''] = put.split(/(?<="id":\{"S":")[^"]+/)
  const batchGet = bodies.get('BatchGetItem') ?? ''
  let puts = 0
  return {
    // A put of a grant that exists would fail.
    '/put': () => send('PutItem', `${before}floor.${String(puts++).padStart(44, '0')}${after}`),
    '/batch-get': () => send('BatchGetItem', batchGet),
  }
}

/** @returns what sends one call and returns the length of its answer */
function signedCalls(endpoint: string): (operation: string, body: string) => Promise<number> {
  const { region, credentials } = LOCAL_DYNAMODB
  const { hostname, port, host } = new URL(endpoint)
  const agent = new Agent({ keepAlive: true, scheduling: 'lifo' })
  const to = { method: 'POST', host: hostname, port, path: '/', agent }
  const time = new Date().toISOString().replace(/[-:]|[.][0-9]+/g, '')
  const scope = `${time.slice(0, 8)}/${region}/dynamodb/aws4_request`
  const start = Buffer.from(`AWS4${credentials.secretAccessKey}`)
  const key = scope
    .split('/')
    .reduce<Buffer>((from, part) => createHmac('sha256', from).update(part).digest(), start)
  const names = 'host;x-amz-date;x-amz-target'
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=`

  return (operation, body) => {
    const target = `DynamoDB_20120810.${operation}`
    const signed = `host:${host}\nx-amz-date:${time}\nx-amz-target:${target}\n`
    const canonical = `POST\n/\n\n${signed}\n${names}\n${hash('sha256', body)}`
    const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical)}`
    const headers = [
      ...['host', host, 'content-type', 'application/x-amz-json-1.0'],
      ...['content-length', String(Buffer.byteLength(body)), 'x-amz-date', time, 'x-amz-target', target],
      ...['authorization', authorization + createHmac('sha256', key).update(toSign).digest('hex')],
    ]
    return new Promise((resolve, reject) => {
      const sent = request({ ...to, headers }, (response) => {
        const { statusCode } = response
        buffer(response).then(({ length }) => {
          if (statusCode === 200) resolve(length)
          else reject(new Error(`DynamoDB answered ${operation} with ${String(statusCode)}`))
        }, reject)
      })
      sent.once('error', reject)
      sent.end(body)
    })
  }
}
