import type { Binding } from '../certificate/binding.ts'
import type { Presented } from '../certificate/presented.ts'
import type { Client } from '../store/client.ts'
import type { Service, TokenAuthMethod } from '../store/service.ts'
import { Refusal } from '../refusal/refusal.ts'

/** Tokens are bound if both settings are on (architecture, section 4; requirement A32), and always with `fapi2`. */
export function bindingRequired(service: Service, client: Client): boolean {
  const { fapi2, tlsClientCertificateBoundAccessTokens } = service
  return fapi2 || (tlsClientCertificateBoundAccessTokens && client.tlsClientCertificateBoundAccessTokens)
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
 * Whether a client with this method may move a grant to a renewed certificate (RFC 8705 sections 6.3 and 7.1; decision D4). It must
 * prove possession of a private key, because a secret may have been stolen together with the token.
 */
export function mayRenewCertificate(method: TokenAuthMethod): boolean {
  return PROVING_METHODS.has(method)
}

const PROVING_METHODS: ReadonlySet<TokenAuthMethod> = new Set([
  'TLS_CLIENT_AUTH',
  'SELF_SIGNED_TLS_CLIENT_AUTH',
  'PRIVATE_KEY_JWT',
])
