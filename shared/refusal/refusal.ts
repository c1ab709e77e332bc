import type { Redirect, WebApiMembers } from '../web-api.ts'
import { API_CALL } from './api-call.ts'
import { AUTHORIZATION } from './authorization.ts'
import { CLIENT_AUTHENTICATION } from './client-authentication.ts'
import { CLIENT_MANAGEMENT } from './client-management.ts'
import { INTROSPECTION } from './introspection.ts'
import { SERVICE_MANAGEMENT } from './service-management.ts'
import { TOKEN_MANAGEMENT } from './token-management.ts'
import { TOKEN } from './token.ts'

/**
 * Every way a request can be refused. Result codes and descriptions are written in the tables
 * beside this file and nowhere else. A name
 * has one row: a second one under the same name would not be seen.
 */
export const REFUSALS = {
  ...API_CALL,
  ...AUTHORIZATION,
  ...CLIENT_AUTHENTICATION,
  ...TOKEN,
  ...INTROSPECTION,
  ...CLIENT_MANAGEMENT,
  ...SERVICE_MANAGEMENT,
  ...TOKEN_MANAGEMENT,
} as const

export type Reason = keyof typeof REFUSALS

interface RefusalOptions {
  /** Members of the Web API answer beside the row, for example the flags of introspection. */
  readonly members?: WebApiMembers
  /** What fills the `{}` of the message. Never raw input. */
  readonly named?: string
  /** What would have been enough, beside the error in `WWW-Authenticate` (RFC 6750 section 3, RFC 9470 section 3); it has passed its grammar. */
  readonly challenge?: Readonly<Record<string, string>>
  /** Where an authorization error goes once client and redirect URI are known good (RFC 6749 section 4.1.2.1). */
  readonly redirect?: (error: string, resultMessage: string) => Redirect
  /** For the log. */
  readonly cause?: unknown
}

/** The request cannot be granted. `reason` is for the log and picks the row of the answer; nothing else says why. */
export class Refusal extends Error {
  readonly reason: Reason
  readonly options: RefusalOptions

  constructor(reason: Reason, options: RefusalOptions = {}) {
    super(reason, { cause: options.cause })
    this.reason = reason
    this.options = options
  }

  /** The message of the row, complete. */
  get description(): string {
    return REFUSALS[this.reason][3].replace('{}', () => this.options.named ?? '')
  }
}
