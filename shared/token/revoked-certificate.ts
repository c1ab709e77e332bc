import { boundThumbprint } from '../certificate/binding.ts'
import type { Thumbprint } from '../certificate/thumbprint.ts'
import type { ClientState } from '../store/grant.ts'

/** Whether the state of a client has a certificate among the revoked ones. `Grants.find` has completed it for the grant and the request. */
export function isRevoked(client: ClientState | undefined, thumbprint: Thumbprint | undefined): boolean {
  return thumbprint !== undefined && client?.revoked?.[thumbprint] !== undefined
}

/** Whether the tokens of a grant are bound to a revoked certificate. @param binding the stored value */
export function isBoundToRevoked(client: ClientState | undefined, binding: unknown): boolean {
  return client?.revoked !== undefined && isRevoked(client, boundThumbprint(binding))
}
