import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { PackagedFunction } from './packaged-template.ts'
import { startRuntimeApi } from './runtime-api.ts'

export interface LambdaProcessOptions extends Pick<
  PackagedFunction,
  'name' | 'handler' | 'timeoutSeconds' | 'memoryMegabytes'
> {
  /** The folder of the unpacked archive. */
  readonly folder: string
  /** The program of AWS's runtime client. */
  readonly client: string
  /** The environment variables of the function, except those that Lambda sets. */
  readonly environment: Readonly<Record<string, string>>
  /** Called with every line that the function writes. */
  readonly onLine: (line: string) => void
}

export interface LambdaProcess {
  /**
   * Invokes the function, one event at a time. It rejects with the handler's error, if the process ends, or at the time limit, which
   * kills the process.
   */
  readonly invoke: (event: unknown) => Promise<unknown>
  readonly ended: Promise<unknown>
  /** The id of the process. */
  readonly pid: number
  readonly close: () => Promise<void>
}

/** The processes that are killed when this one ends. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

/** Lambda's limit is ten seconds, but there each function has its own processor. */
const START_LIMIT_SECONDS = 30

/**
 * Starts an execution environment: a function with AWS's runtime client on this Node, loaded and ready for its first event.
 *
 * @throws FunctionError with the report of the runtime client if the function cannot be loaded
 * @throws Error if the process ends or is not ready in time
 */
export async function startLambdaProcess(options: LambdaProcessOptions): Promise<LambdaProcess> {
  const arn = `arn:aws:lambda:local:000000000000:function:${options.name}`
  const api = await startRuntimeApi(arn, options.timeoutSeconds)
  const child = spawn(process.execPath, [options.client, options.handler], {
    cwd: options.folder,
    env: environment(options, api.address),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const kill = () => child.kill('SIGKILL')
  alive.add(child)
  const written = [once(child, 'close'), lines(child.stdout, options), lines(child.stderr, options)]
  const ended = Promise.all(written).then(() => {
    alive.delete(child)
    return api.close()
  })
  const close = async () => {
    // Lambda also ends functions at once, and a busy function would not handle another signal.
    kill()
    await ended
  }

  /** The result of `waited`, unless the process ends first. At the time limit the process is killed. */
  const within = async <T>(seconds: number, waited: Promise<T>): Promise<T> => {
    let complaint: string | undefined
    const timer = setTimeout(() => {
      complaint = `timed out after ${seconds} s`
      kill()
    }, seconds * 1000)
    const end = ended.then(() => {
      throw new Error(`${options.name} ${complaint ?? `has ended with ${outcome(child)}`}`)
    })
    try {
      return await Promise.race([waited, end])
    } finally {
      clearTimeout(timer)
    }
  }

  try {
    await within(START_LIMIT_SECONDS, api.ready)
  } catch (error) {
    await close()
    throw error
  }
  const invoke = (event: unknown) => within(options.timeoutSeconds, api.invoke(event))
  return { invoke, ended, close, pid: Number(child.pid) }
}

/** The environment does not contain that of this process, so a variable that is missing in the template is missing here as on Lambda. */
function environment(options: LambdaProcessOptions, address: string): NodeJS.ProcessEnv {
  return {
    ...options.environment,
    _HANDLER: options.handler,
    LAMBDA_TASK_ROOT: options.folder,
    AWS_LAMBDA_RUNTIME_API: address,
    AWS_LAMBDA_FUNCTION_NAME: options.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMegabytes),
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${options.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
  }
}

async function lines(stream: Readable, { onLine }: LambdaProcessOptions): Promise<void> {
  for await (const line of createInterface({ input: stream })) onLine(line)
}

function outcome({ exitCode, signalCode }: ChildProcess): string {
  return String(exitCode ?? signalCode)
}
