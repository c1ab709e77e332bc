import type { Redirect, WebApiMembers } from '../web-api.ts'
import { API_CALL } from './api-call.ts'
import { AUTHORIZATION } from './authorization.ts'
import { CLIENT_AUTHENTICATION } from './client-authentication.ts'
import { CLIENT_MANAGEMENT } from './client-management.ts'
import { INTROSPECTION } from './introspection.ts'
import { SERVICE_MANAGEMENT } from './service-management.ts'
import { TOKEN_MANAGEMENT } from './token-management.ts'
import { TOKEN } from './token.ts'
import { USERINFO } from './userinfo.ts'

/** Every reason to refuse a request. Only the tables beside this file have result codes and descriptions. */
export const REFUSALS = {
  ...API_CALL,
  ...AUTHORIZATION,
  ...CLIENT_AUTHENTICATION,
  ...TOKEN,
  ...INTROSPECTION,
  ...USERINFO,
  ...CLIENT_MANAGEMENT,
  ...SERVICE_MANAGEMENT,
  ...TOKEN_MANAGEMENT,
} as const

export type Reason = keyof typeof REFUSALS

/** RFC 6749 section 5.2. */
export interface ErrorMembers {
  readonly error: string
  readonly error_description: string | undefined
  readonly error_uri: string | undefined
}

interface RefusalOptions {
  /** Further members of the Web API answer, for example the flags of introspection. */
  readonly members?: WebApiMembers
  /** Replaces the `{}` of the message. Never raw input. */
  readonly named?: string
  /** The algorithms of proofs: on the Web API the challenge has the scheme `DPoP` and ends with them (RFC 9449 section 7.1). */
  readonly algs?: string
  /**
   * Further members of `WWW-Authenticate`: what the resource requires (RFC 6750 section 3, RFC 9470 section 3). The values
   * have passed their grammar.
   */
  readonly challenge?: Readonly<Record<string, string>>
  /** How an authorization error reaches the client, after its redirect URI was checked (RFC 6749 section 4.1.2.1). */
  readonly redirect?: (members: ErrorMembers) => Redirect
  /** For the next DPoP proof (RFC 9449 section 8): the header `DPoP-Nonce`, or the member `dpopNonce`. */
  readonly dpopNonce?: string
  /** For the log. */
  readonly cause?: unknown
}

/** The request is refused. `reason` selects the row of the answer, and is in the log line. */
export class Refusal extends Error {
  readonly reason: Reason
  readonly options: RefusalOptions

  constructor(reason: Reason, options: RefusalOptions = {}) {
    super(reason, { cause: options.cause })
    this.reason = reason
    this.options = options
  }

  /** The message of the row, with `{}` replaced. */
  get description(): string {
    return REFUSALS[this.reason][3].replace('{}', () => this.options.named ?? '')
  }
}

/** A refusal for one of certain reasons. An endpoint with reasons of its own maps them, and the compiler names those that it forgets. */
export type RefusalFor<Certain extends Reason> = Refusal & { readonly reason: Certain }

export function refusalFor<Certain extends Reason>(
  reason: Certain,
  options?: RefusalOptions,
): RefusalFor<Certain> {
  return new Refusal(reason, options) as RefusalFor<Certain>
}
