import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { observe, observeStored } from './exchange.ts'
import { SecretWatch } from './watch.ts'

/** The watch of this process. */
export const watch = new SecretWatch()

/**
 * Every line of every log of this process, every request to a DynamoDB engine in it and every JSON that an HTTP server in it answers.
 * Node and the log publish them, so no test can go past.
 */
subscribe('certbound.log.line', (line) => watch.wrote('a log line', line as string))

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse }
  // Between the packaged functions and Lambda's runtime there are whole events.
  if (request.url?.startsWith('/2018-06-01/runtime/') === true) return
  const target = request.headers['x-amz-target']
  if (String(target).startsWith('DynamoDB_')) {
    readAlong(request, (body) => observeStored(watch, String(target), body))
    return
  }
  const sent = readAlong(request)
  writeAlong(response, (answer) => {
    if (!/^\s*\{/.test(answer)) return
    const { method = '', url = '', headers } = request
    const [path = '', query = ''] = url.split('?')
    const authorization = headers.authorization === undefined ? [] : [headers.authorization]
    observe(watch, { name: `${method} ${path}`, authorization, query, body: sent(), answer })
  })
})

/** Reads what the server reads, and changes nothing: a listener of its own would make the request flow. */
function readAlong(request: IncomingMessage, atEnd: (body: string) => void = () => undefined): () => string {
  const chunks: Buffer[] = []
  const body = () => Buffer.concat(chunks).toString()
  const emit = request.emit.bind(request)
  request.emit = (name: string | symbol, ...given: unknown[]) => {
    if (name === 'data') chunks.push(Buffer.from(given[0] as Buffer))
    if (name === 'end') atEnd(body())
    return emit(name, ...given)
  }
  return body
}

function writeAlong(response: ServerResponse, atEnd: (answer: string) => void): void {
  const chunks: Buffer[] = []
  const keep = (chunk: unknown) => {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  const methods = { write: response.write.bind(response), end: response.end.bind(response) } as Record<
    'write' | 'end',
    (...given: unknown[]) => never
  >
  response.write = (...given: unknown[]) => {
    keep(given[0])
    return methods.write(...given)
  }
  response.end = (...given: unknown[]) => {
    keep(given[0])
    atEnd(Buffer.concat(chunks).toString())
    return methods.end(...given)
  }
}
