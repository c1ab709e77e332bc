import { destination, pino } from 'pino'
import type { Settings } from './settings.ts'

/** What a line says of a request, as far as its steps have learned it. */
export interface LogEntry {
  service?: number
  /** The credential of the Web API that was used: it names it and proves nothing. */
  credential?: string
  client?: number
  grantType?: string
  thumbprint?: string
  /** Why this request ended a grant: a code or a refresh token was used again. */
  ended?: 'code-replay' | 'refresh-token-reuse'
}

/** Records what the steps of one request learn. Its line is written once, when the request has been answered. */
export class RequestLog {
  readonly #entry: LogEntry = {}

  get entry(): Readonly<LogEntry> {
    return this.#entry
  }

  service(apiKey: number): void {
    this.#entry.service = apiKey
  }

  credential(name: string): void {
    this.#entry.credential = name
  }

  client(clientId: number): void {
    this.#entry.client = clientId
  }

  grantType(grantType: string): void {
    this.#entry.grantType = grantType
  }

  /** @param thumbprint that a token is bound to; `undefined` for an unbound one, which leaves no trace */
  thumbprint(thumbprint: string | undefined): void {
    if (thumbprint !== undefined) this.#entry.thumbprint = thumbprint
  }

  ended(why: NonNullable<LogEntry['ended']>): void {
    this.#entry.ended = why
  }
}

/** The one line of a request. Never a token, code, secret, key or certificate: thumbprints are fine. */
export interface LogLine extends Readonly<LogEntry> {
  readonly requestId: string
  readonly endpoint: string
  /** The action, or the HTTP status of an error about the call itself. */
  readonly outcome: string | number
  readonly reason?: string | undefined
  readonly milliseconds: number
}

export function openLog(level: Settings['logLevel'], write?: (line: string) => void) {
  const stream = write === undefined ? destination({ fd: 1, sync: true }) : { write }
  const logger = pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, stream)
  return {
    request: (line: LogLine): void => {
      logger.info(line)
    },
    /** An internal failure: logged with its cause, here and nowhere else. */
    failure: (line: LogLine, cause: unknown): void => {
      logger.error({ ...line, cause: describe(cause) })
    },
  }
}

export type Log = ReturnType<typeof openLog>

interface Cause {
  readonly name: string
  readonly message: string
  readonly stack?: string | undefined
  readonly cause?: Cause
}

/** An error may be its own cause. */
const MAX_CAUSES = 5

function describe(error: unknown, causesLeft = MAX_CAUSES): Cause {
  if (!(error instanceof Error)) return { name: typeof error, message: 'not an Error' }
  const { name, message, stack, cause } = error
  const more = cause !== undefined && causesLeft > 0
  return { name, message, stack, ...(more ? { cause: describe(cause, causesLeft - 1) } : {}) }
}
