import type { Redirect, WebApiMembers } from '../web-api.ts'
import { apiCallRows } from './api-call.ts'
import { authorizationRows } from './authorization.ts'
import { certificatesRows } from './certificates.ts'
import { clientAuthenticationRows } from './client-authentication.ts'
import { clientManagementRows } from './client-management.ts'
import { introspectionRows } from './introspection.ts'
import { renewalRows } from './renewal.ts'
import { serviceManagementRows } from './service-management.ts'
import { tokenManagementRows } from './token-management.ts'
import { tokenRows } from './token.ts'
import { userinfoRows } from './userinfo.ts'

const allRows = () => ({
  ...apiCallRows(),
  ...authorizationRows(),
  ...clientAuthenticationRows(),
  ...tokenRows(),
  ...introspectionRows(),
  ...userinfoRows(),
  ...clientManagementRows(),
  ...certificatesRows(),
  ...renewalRows(),
  ...serviceManagementRows(),
  ...tokenManagementRows(),
})

type Rows = ReturnType<typeof allRows>
export type Reason = keyof Rows

let rows: Rows | undefined

/**
 * Every reason to refuse a request, with its row. Only the tables beside this file have result codes and descriptions. They are made with the
 * first refusal, because that takes 2 ms, and a cold start mostly ends with a success.
 */
export function refusalRows(): Rows {
  return (rows ??= allRows())
}

/** RFC 6749 section 5.2. */
export interface ErrorMembers {
  readonly error: string
  readonly error_description: string | undefined
  readonly error_uri: string | undefined
}

interface RefusalOptions {
  /** Further members of the Web API answer, for example the flags of introspection. */
  readonly members?: WebApiMembers
  /** The text that replaces the `{}` of the message. It must not be raw input. */
  readonly named?: string
  /** The algorithms of proofs: on the Web API the challenge has the scheme `DPoP` and ends with them (RFC 9449 section 7.1). */
  readonly algs?: string
  /**
   * Further members of `WWW-Authenticate`, which name the requirements of the resource (RFC 6750 section 3, RFC 9470 section 3). The
   * values have passed their grammar.
   */
  readonly challenge?: Readonly<Record<string, string>>
  /** Makes the authorization response for the client, whose redirect URI was checked (RFC 6749 section 4.1.2.1). */
  readonly redirect?: (members: ErrorMembers) => Redirect
  /** The nonce for the next DPoP proof (RFC 9449 section 8), in the header `DPoP-Nonce` or the member `dpopNonce`. */
  readonly dpopNonce?: string
  /** The error that the log shows. */
  readonly cause?: unknown
}

/** A refused request. `reason` selects the row of the answer, and the log line has it. */
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
    return refusalRows()[this.reason][3].replace('{}', () => this.options.named ?? '')
  }
}

/** A refusal for one of certain reasons. An endpoint maps them to its own reasons, and the compiler names the ones that it forgets. */
export type RefusalFor<Certain extends Reason> = Refusal & { readonly reason: Certain }

export function refusalFor<Certain extends Reason>(
  reason: Certain,
  options?: RefusalOptions,
): RefusalFor<Certain> {
  return new Refusal(reason, options) as RefusalFor<Certain>
}
