import type { Binding } from '../../../shared/certificate/binding.ts'
import type { IdentifiedClient } from '../../../shared/authentication/client-authentication.ts'
import type { IssuedTokens } from '../../../shared/token/issue.ts'
import type { Call } from '../../../shared/call.ts'
import type { TokenRequest } from '../request.ts'

/** What is settled before a grant is looked at: the client is authenticated. */
export interface TokenContext extends IdentifiedClient {
  /** To the certificate presented where binding is required, `none` otherwise. */
  readonly binding: Binding
}

/** One way to ask for tokens: judges the grant, writes it once, and gives the tokens that were stored. */
export type GrantType = (request: TokenRequest, context: TokenContext, call: Call) => Promise<IssuedTokens>
