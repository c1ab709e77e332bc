import { channel } from 'node:diagnostics_channel'
import { lineWriter } from './line-writer.ts'
import { logLine } from './log-line.ts'
import type { Settings } from './settings.ts'

/** The facts about a request that the steps of its decision add to the log line. */
export interface LogEntry {
  /** The path of an API of Authlete that is not offered. */
  readonly endpoint?: string
  readonly service?: number
  /** The name of the credential of the Web API. It does not let anyone use the credential. */
  readonly credential?: string
  readonly client?: number
  readonly grantType?: string
  /** The thumbprint of the certificate that the token is bound to. `undefined` for every other token. */
  readonly thumbprint?: string | undefined
  /** The source of the revocation because of which the certificate is refused: `operator`, the name of a list, or a setting. */
  readonly revocation?: string
  /** The thumbprint of the certificate that the client has announced as its next one. */
  readonly announced?: string
  /** The client has a short secret, which was set or used in this request. */
  readonly weakSecret?: true
  /** The reason why this request ended a grant: an authorization code or a refresh token was used again. */
  readonly ended?: 'code-replay' | 'refresh-token-reuse'
  /** Why standard introspection answers `active: false`. The caller never learns it. */
  readonly inactive?: string | undefined
}

/** Collects the facts about one request. The face writes them in one line after the answer is known. */
export class RequestLog {
  readonly entry: LogEntry = {}

  note(facts: LogEntry): void {
    Object.assign(this.entry, facts)
  }
}

/** The log line of a request. It never has a token, code, secret, key or certificate; thumbprints are allowed. */
export interface LogLine extends LogEntry {
  readonly requestId: string
  readonly endpoint: string
  /** The action, or the HTTP status of an error about the call itself. */
  readonly outcome: string | number
  readonly reason?: string | undefined
  readonly milliseconds: number
}

/** The log line of a run that reads the lists of a source (docs/operations.md). */
export interface ListLine {
  readonly endpoint: 'certificate-lists'
  /** The name of the source. */
  readonly list: string
  readonly outcome: 'fresh' | 'late'
  /** Lists that have changed. */
  readonly changed: number
  /** Certificates in use that were revoked, and those whose hold was lifted. */
  readonly revoked: number
  readonly lifted: number
  /** Clients whose tokens were ended, because the issuer of their certificate was not known before. */
  readonly ended: number
  readonly problem?: string | undefined
  readonly milliseconds: number
}

/** The notice that a certificate of a client ends soon, and that the client uses no newer one. */
export interface NoticeLine {
  readonly endpoint: 'certificate-notices'
  readonly service: number
  readonly client: number
  readonly thumbprint: string
  /** Days until the end of its validity. */
  readonly noticeDays: number
}

const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const satisfies Settings['logLevel'][]

/** Subscribers get every line that is written, for example the watch for secrets of the tests. */
const written = channel('certbound.log.line')

/**
 * `pino` would write the same lines, but costs a tenth of a first answer (decision D48).
 *
 * Refusals are warnings, but they are also written at the level `error`, because the alarms of a deployment count them
 * (infra/aws/template/log-counts.ts). Only the level `silent` writes nothing.
 *
 * @param write receives one line with its line end. By default lines go to standard output
 */
export function openLog(level: Settings['logLevel'], write: (line: string) => void = lineWriter()) {
  const isWritten = (name: Settings['logLevel']) => LEVELS.indexOf(name) >= LEVELS.indexOf(level)
  const put = (name: Settings['logLevel'], members: object) => {
    const line = logLine(name, Date.now(), members)
    written.publish(line)
    write(line)
  }
  return {
    request: (line: LogLine): void => {
      if (line.reason === undefined) {
        if (isWritten('info')) put('info', line)
      } else if (level !== 'silent') put('warn', line)
    },
    /** Writes the copy of an item of a change's record, at every level but `silent`. It has no secrets. */
    change: (requestId: string, change: object): void => {
      if (level !== 'silent') put('info', { requestId, change })
    },
    /** Writes the line of a run at every level but `silent`, because an alarm counts it. */
    list: (line: ListLine): void => {
      if (level !== 'silent') put('info', line)
    },
    /** Writes a notice at every level but `silent`, because an alarm counts it. */
    notice: (line: NoticeLine): void => {
      if (level !== 'silent') put('warn', line)
    },
    /** Writes the line of an internal failure. Only this line has its cause. */
    failure: (line: LogLine, cause: unknown): void => {
      if (level !== 'silent') put('error', withCause(line, cause))
    },
  }
}

/** Writes one line for each request, and lines for each change. */
export type Log = ReturnType<typeof openLog>

/** The cause is described while the line is written, where an error that cannot be read does no harm. */
function withCause(line: LogLine, cause: unknown) {
  return {
    ...line,
    get cause() {
      return describe(cause)
    },
  }
}

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
