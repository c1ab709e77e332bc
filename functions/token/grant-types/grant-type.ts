import type { Binding } from '../../../shared/certificate/binding.ts'
import type { PresentedCertificate } from '../../../shared/certificate/presented.ts'
import type { IdentifiedClient } from '../../../shared/authentication/client-authentication.ts'
import type { IssuedTokens } from '../../../shared/token/issue.ts'
import type { OneTimeProof } from '../../../shared/store/one-time-proof.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import type { TokenRequest } from '../request.ts'

/** The results of the checks before the grant. The client is authenticated. */
export interface TokenContext extends IdentifiedClient {
  /** The binding to the key of the DPoP proof or to the presented certificate; `none` if no proof came and no binding is required. */
  readonly binding: Binding
  readonly certificate: PresentedCertificate
  readonly proof: OneTimeProof
}

/** The function of one grant type. It checks the grant, stores it with one write, and returns the tokens. */
export type GrantType = (request: TokenRequest, context: TokenContext, call: Call) => Promise<IssuedTokens>
