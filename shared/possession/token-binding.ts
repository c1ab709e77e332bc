import type { Call } from '../runtime/call.ts'
import { type Binding, boundKey, type Possession } from '../certificate/binding.ts'
import type { PresentedCertificate } from '../certificate/presented.ts'
import type { Client } from '../store/client.ts'
import type { GrantKey } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import { Refusal } from '../refusal/refusal.ts'
import { settingsOf } from '../store/profile.ts'

/** Whether tokens must be bound to the certificate: both have the setting, or a profile requires it (architecture, section 4; requirement A32). */
export function bindingRequired(service: Service, client: Client): boolean {
  return settingsOf(service, client).tlsClientCertificateBoundAccessTokens
}

/** The `token_type` of a token: `DPoP` if it is bound to a key (RFC 9449 section 5), otherwise the type of the service. */
export function tokenTypeOf(binding: unknown, accessTokenType: string): string {
  return boundKey(binding) === undefined ? accessTokenType : 'DPoP'
}

type BoundGrant = GrantKey & { readonly binding?: unknown }

/**
 * Whether a profile refuses unbound tokens of a grant, including tokens that were issued before the profile was switched on. The client
 * is read only for a token without a binding.
 */
export async function mustBeBound(grant: BoundGrant, { service, store }: Call): Promise<boolean> {
  if (settingsOf(service).boundTokensOnly) return true
  if (grant.binding !== 'none') return false
  const client = await store.registry.findClientByNumber(service.apiKey, grant.client)
  return client !== undefined && settingsOf(service, client).boundTokensOnly
}

/**
 * The binding of new tokens. A proof binds them even if it was not required.
 *
 * @param possession the proof has been verified, and the client may send one
 * @throws Refusal dpop-missing, binding-certificate-missing, binding-certificate-unreadable
 */
export function bindingOf(service: Service, client: Client, { certificate, proofKey }: Possession): Binding {
  if (proofKey !== undefined) return { jkt: proofKey }
  if (client.dpopRequired) throw new Refusal('dpop-missing')
  return bindingRequired(service, client) ? bindTo(certificate) : 'none'
}

/**
 * The binding to the presented certificate.
 *
 * @throws Refusal binding-certificate-missing, binding-certificate-unreadable
 * @see RFC 8705 section 3
 */
export function bindTo(presented: PresentedCertificate): Exclude<Binding, 'none'> {
  if (presented === 'absent') throw new Refusal('binding-certificate-missing')
  if ('malformed' in presented) throw new Refusal('binding-certificate-unreadable')
  return { 'x5t#S256': presented.thumbprint }
}
