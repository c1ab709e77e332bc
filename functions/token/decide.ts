import { authenticateClient, identifyClient } from '../../shared/authentication/client-authentication.ts'
import type { IssuedTokens } from '../../shared/token/issue.ts'
import { boundThumbprint } from '../../shared/certificate/binding.ts'
import { Refusal } from '../../shared/refusal/refusal.ts'
import { publishedUrls } from '../../shared/metadata/metadata.ts'
import { verifyIssuingProof } from '../../shared/possession/issuing-proof.ts'
import { bindingOf } from '../../shared/possession/token-binding.ts'
import type { Call } from '../../shared/runtime/call.ts'
import type { Service } from '../../shared/store/service.ts'
import { redeemCode } from './grant-types/authorization-code.ts'
import { issueForClient } from './grant-types/client-credentials.ts'
import type { GrantType, TokenContext } from './grant-types/grant-type.ts'
import { refreshTokens } from './grant-types/refresh-token.ts'
import type { TokenRequest } from './request.ts'

/** The values of `grant_type`, with the name in settings and answers, the result code of a success, and the function. */
export const OFFERED_GRANT_TYPES = {
  authorization_code: { name: 'AUTHORIZATION_CODE', resultCode: 'A050001', grant: redeemCode },
  client_credentials: { name: 'CLIENT_CREDENTIALS', resultCode: 'A052001', grant: issueForClient },
  refresh_token: { name: 'REFRESH_TOKEN', resultCode: 'A053001', grant: refreshTokens },
} as const satisfies Record<string, { name: string; resultCode: string; grant: GrantType }>

export interface TokenResult extends IssuedTokens, TokenContext {
  readonly grantType: keyof typeof OFFERED_GRANT_TYPES
}

/**
 * Issues tokens for one token request. Both faces check in this order (architecture, section 2):
 *
 * 1. The service offers the grant type. The password and implicit grants expose passwords and tokens (RFC 9700 sections 2.1.2 and 2.4).
 * 2. The request names one client. Otherwise one client could authenticate while another one gets the tokens.
 * 3. The client authenticates. This stops an attacker who has stolen a code or a refresh token of a confidential client.
 * 4. The DPoP proof was made for this endpoint within the last minute, with a nonce if one is required. This stops proofs that were
 *    recorded elsewhere or made in advance (RFC 9449 sections 11.1 and 11.2).
 * 5. If the token must be bound, the request has a proof or a certificate. A stolen token is then useless without the key.
 * 6. The client may use the grant type. Anybody can claim to be a public client, so it gets no tokens of its own (RFC 6749 section 4.4).
 * 7. The grant matches the request. The redirect URI, the PKCE verifier and the key of a code stop injected codes (RFC 9700 section 4.5).
 *    The binding and the rotation of a refresh token stop stolen ones (RFC 9700 section 4.14).
 * 8. One write uses up the proof and moves the grant on, unless another request was first. This stops replays and races.
 *
 * A refused request consumes nothing.
 *
 * @throws Refusal grant-type-…, dpop-…, binding-certificate-…, client-credentials-for-public; and as `authenticateClient` and the grant
 * @see RFC 6749 section 3.2, RFC 8705 section 3
 */
export async function issueToken(request: TokenRequest, call: Call): Promise<TokenResult> {
  const { service, log } = call
  const grantType = requireGrantType(request, service)
  log.note({ grantType })
  const identified = await identifyClient(request.credentials, call)
  const { client } = identified
  log.note({ client: client.clientId })
  await authenticateClient(client, request.credentials, call)
  const { name, grant } = OFFERED_GRANT_TYPES[grantType]
  const { certificate } = request.credentials
  const proof = await verifyIssuingProof(request.proof, TOKEN_ENDPOINTS, client, call)
  const binding = bindingOf(service, client, { certificate, proofKey: proof.jkt })
  log.note({ thumbprint: boundThumbprint(binding) })
  if (name === 'CLIENT_CREDENTIALS' && client.clientType === 'PUBLIC')
    throw new Refusal('client-credentials-for-public')
  if (!client.grantTypes.includes(name)) throw new Refusal('grant-type-undeclared')
  const context: TokenContext = { ...identified, binding, certificate, proof }
  return { ...(await grant(request, context, call)), ...context, grantType }
}

const TOKEN_ENDPOINTS = publishedUrls('token_endpoint')

function requireGrantType(
  { grantType: requested, empty }: TokenRequest,
  service: Service,
): keyof typeof OFFERED_GRANT_TYPES {
  if (requested === undefined) {
    throw new Refusal(empty.has('grant_type') ? 'grant-type-empty' : 'grant-type-missing')
  }
  if (requested === 'implicit') throw new Refusal('grant-type-implicit')
  // Settings may name the password grant, but it is never offered (RFC 9700 section 2.4).
  if (requested === 'password') throw new Refusal('grant-type-unsupported', { named: requested })
  if (!isGrantType(requested)) throw new Refusal('grant-type-unknown')
  if (!service.supportedGrantTypes.includes(OFFERED_GRANT_TYPES[requested].name)) {
    throw new Refusal('grant-type-unsupported', { named: requested })
  }
  return requested
}

function isGrantType(text: string): text is keyof typeof OFFERED_GRANT_TYPES {
  return Object.hasOwn(OFFERED_GRANT_TYPES, text)
}
