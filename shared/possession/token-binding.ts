import type { Call } from '../runtime/call.ts'
import { type Binding, boundKey, type Possession } from '../certificate/binding.ts'
import type { Presented } from '../certificate/presented.ts'
import type { Client } from '../store/client.ts'
import type { GrantKey } from '../store/grant.ts'
import type { Service, TokenAuthMethod } from '../store/service.ts'
import { Refusal } from '../refusal/refusal.ts'
import { isFapi2 } from '../store/fapi2.ts'

/** Tokens are bound if both settings are on (architecture, section 4; requirement A32), and always with `fapi2`. */
export function bindingRequired(service: Service, client: Client): boolean {
  const both = service.tlsClientCertificateBoundAccessTokens && client.tlsClientCertificateBoundAccessTokens
  return both || isFapi2(service, client)
}

/** RFC 9449 section 5: `DPoP` for a token that is bound to a key. A token that is bound to a certificate keeps the type of the service. */
export function tokenTypeOf(binding: unknown, accessTokenType: string): string {
  return boundKey(binding) === undefined ? accessTokenType : 'DPoP'
}

type BoundGrant = GrantKey & { readonly binding?: unknown }

/**
 * Whether `fapi2` refuses the tokens of a grant unless they are bound: also those that were issued before it was switched on. The
 * client is looked up only for a token without a binding.
 */
export async function mustBeBound(grant: BoundGrant, { service, store }: Call): Promise<boolean> {
  if (service.fapi2) return true
  if (grant.binding !== 'none') return false
  const client = await store.registry.findClientByNumber(service.apiKey, grant.client)
  return client?.fapi2 === true
}

/**
 * The binding of new tokens. A proof binds, whether it is required or not.
 *
 * @param possession its proof has been verified, and the client may send one
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
export function bindTo(presented: Presented): Exclude<Binding, 'none'> {
  if (presented === 'absent') throw new Refusal('binding-certificate-missing')
  if ('malformed' in presented) throw new Refusal('binding-certificate-unreadable')
  return { 'x5t#S256': presented.thumbprint }
}

/**
 * Whether a client with this method may move a grant to a renewed certificate (RFC 8705 sections 6.3 and 7.1; decision D4) or to
 * another key (RFC 9449 section 5). It must
 * prove possession of a private key, because a secret may have been stolen together with the token.
 */
export function mayRenewBinding(method: TokenAuthMethod): boolean {
  return PROVING_METHODS.has(method)
}

const PROVING_METHODS: ReadonlySet<TokenAuthMethod> = new Set([
  'TLS_CLIENT_AUTH',
  'SELF_SIGNED_TLS_CLIENT_AUTH',
  'PRIVATE_KEY_JWT',
])
