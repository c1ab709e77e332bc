import { destination, pino } from 'pino'
import type { Settings } from './settings.ts'

/** What is known of a request so far: filled by the steps that learn it, written once, when it has been answered. */
export interface LogEntry {
  service?: number
  client?: number
  grantType?: string
  thumbprint?: string
  /** A grant that this request ended, and why: a code or a refresh token was used again. */
  ended?: 'code-replay' | 'refresh-token-reuse'
}

/** The one line of a request. Never a token, code, secret, key or certificate: thumbprints are fine. */
export interface LogLine extends LogEntry {
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
