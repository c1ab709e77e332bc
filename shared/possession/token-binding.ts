import type { Call } from '../runtime/call.ts'
import { type Binding, boundKey, type Possession } from '../certificate/binding.ts'
import type { PresentedCertificate } from '../certificate/presented.ts'
import type { Client } from '../store/client.ts'
import type { GrantKey } from '../store/grant.ts'
import type { Service } from '../store/service.ts'
import { Refusal } from '../refusal/refusal.ts'
import { type EffectiveSettings, settingsOf } from '../store/profile.ts'

/** The kind of binding that new tokens of a client must have, or `undefined` if the request decides (architecture, section 4; requirement A32). */
export function requiredBinding(service: Service, client: Client): 'certificate' | 'key' | undefined {
  const { tlsClientCertificateBoundAccessTokens, boundTokensOnly } = settingsOf(service, client)
  if (tlsClientCertificateBoundAccessTokens) return 'certificate'
  return client.dpopRequired && boundTokensOnly ? 'key' : undefined
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
export async function mustBeBound(grant: BoundGrant, call: Call): Promise<boolean> {
  if (settingsOf(call.service).boundTokensOnly) return true
  return grant.binding === 'none' && (await settingsOfGrant(grant, call)).boundTokensOnly
}

/** The JWS algorithms of proofs for the tokens of a grant: those of a profile, if the service or the client has one. */
export async function proofAlgorithms(grant: GrantKey, call: Call): Promise<readonly string[]> {
  return (await settingsOfGrant(grant, call)).algorithms
}

/** The client is read only if the service itself has no profile. */
async function settingsOfGrant(grant: GrantKey, { service, store }: Call): Promise<EffectiveSettings> {
  const ofService = settingsOf(service)
  if (ofService.boundTokensOnly) return ofService
  const client = await store.registry.findClientByNumber(service.apiKey, grant.client)
  return settingsOf(service, client)
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
  return requiredBinding(service, client) === 'certificate' ? bindTo(certificate) : 'none'
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
