import { createServer, type IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen } from '../../infra/connections/listen.ts'

/** An answer to a call: an object is its JSON, a text is a version of an object, a number is the status of an error. */
type Answer = object | string | number

/**
 * AWS on loopback that answers calls from a map: `GET /v2/apis`, `HEAD /bucket/key`, `DescribeTimeToLive TABLE`. All other
 * calls are not found.
 */
export async function startAnsweringAws(answers: Map<string, Answer>) {
  const server = createServer((request, response) => {
    void nameOf(request).then((name) => {
      const answer = answers.get(name) ?? 404
      if (typeof answer === 'number') {
        const type = {
          'x-amzn-errortype': answer === 404 ? 'ResourceNotFoundException' : 'AccessDeniedException',
        }
        response.writeHead(answer, type).end(JSON.stringify({ message: name }))
      } else if (typeof answer === 'string') {
        response.writeHead(200, { 'x-amz-version-id': answer }).end()
      } else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
    })
  })
  const { port, close } = await listen(server, { host: '127.0.0.1', port: 0, option: '' })
  return { endpoint: `http://127.0.0.1:${port}`, close }
}

async function nameOf(request: IncomingMessage): Promise<string> {
  const body = await buffer(request)
  const target = request.headers['x-amz-target']
  if (target === undefined) return `${request.method ?? ''} ${(request.url ?? '').split('?', 1)[0] ?? ''}`
  const { TableName } = JSON.parse(body.toString()) as { TableName: string }
  return `${String(target).split('.')[1] ?? ''} ${TableName}`
}
