import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { json } from 'node:stream/consumers'
import { listen } from '../../connections/listen.ts'

/** A failure of the start or of an invocation, as reported by the runtime client. */
class FunctionError extends Error {
  constructor(reported: unknown) {
    const { errorType, errorMessage } = reported as Readonly<Record<string, unknown>>
    super(`${String(errorType)}: ${String(errorMessage)}`)
  }
}

/** Lambda's side of an execution environment. */
export interface RuntimeApi {
  /** The host and port, for `AWS_LAMBDA_RUNTIME_API`. */
  readonly address: string
  /** Resolves when the function has been loaded and requests its first event; rejects if it cannot be loaded. */
  readonly ready: Promise<void>
  /** Invokes the function, one event at a time. It rejects with the handler's error. */
  readonly invoke: (event: unknown) => Promise<unknown>
  readonly close: () => Promise<void>
}

interface Invocation {
  readonly id: string
  readonly event: unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

const VERSION = '/2018-06-01/runtime'

/**
 * Starts the Lambda Runtime API of an execution environment on this machine.
 *
 * @param functionArn the ARN in the context of invocations
 * @param timeoutSeconds the time until their deadline
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function startRuntimeApi(functionArn: string, timeoutSeconds: number): Promise<RuntimeApi> {
  const ready = Promise.withResolvers<undefined>()
  // The process may end before this promise is awaited.
  ready.promise.catch(() => undefined)
  let current: Invocation | undefined
  let waiting: ServerResponse | undefined

  function deliver(): void {
    if (waiting === undefined || current === undefined) return
    const headers = {
      'content-type': 'application/json',
      'Lambda-Runtime-Aws-Request-Id': current.id,
      'Lambda-Runtime-Deadline-Ms': String(Date.now() + timeoutSeconds * 1000),
      'Lambda-Runtime-Invoked-Function-Arn': functionArn,
      'Lambda-Runtime-Trace-Id': `Root=1-00000000-${'0'.repeat(24)};Sampled=0`,
    }
    waiting.writeHead(200, headers).end(JSON.stringify(current.event))
    waiting = undefined
  }

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const called = `${request.method ?? ''} ${request.url ?? ''}`
    if (called === `GET ${VERSION}/invocation/next`) {
      waiting = response
      ready.resolve(undefined)
      deliver()
      return
    }
    const body = await json(request)
    const invocation = `POST ${VERSION}/invocation/${current?.id ?? ''}`
    if (called === `${invocation}/response`) current?.resolve(body)
    else if (called === `${invocation}/error`) current?.reject(new FunctionError(body))
    else if (called === `POST ${VERSION}/init/error`) ready.reject(new FunctionError(body))
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}')
  }

  const server = createServer((request, response) => {
    take(request, response).catch((error: unknown) => {
      current?.reject(new Error('the runtime client sent a body that is not JSON', { cause: error }))
      response.destroy()
    })
  })
  const { port, close } = await listen(server)
  const invoke = async (event: unknown) => {
    try {
      return await new Promise((resolve, reject) => {
        current = { id: randomUUID(), event, resolve, reject }
        deliver()
      })
    } finally {
      current = undefined
    }
  }
  return { address: `127.0.0.1:${port}`, ready: ready.promise, invoke, close }
}
