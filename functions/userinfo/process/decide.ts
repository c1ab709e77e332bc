import type { Call } from '../../../shared/runtime/call.ts'
import { publishedUrls } from '../../../shared/metadata/metadata.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import type { SentProof } from '../../../shared/dpop/proof.ts'
import { withUrls } from '../../../shared/possession/sent-proof.ts'
import type { Client } from '../../../shared/store/client.ts'
import { verifyNonce } from '../../../shared/possession/nonce.ts'
import { outcomeOf } from '../../../shared/token/introspect.ts'
import { type GrantWithSubject, refusalOfUserinfo, requireSubject } from '../openid-token.ts'
import type { UserinfoRequest } from './request.ts'
import { OPENID } from '../../../shared/token/scopes.ts'

export interface UserinfoToken {
  readonly token: string
  readonly grant: GrantWithSubject
  readonly clientAttributes: Client['attributes']
  /** The nonce for the next proof, if the service requires nonces. */
  readonly dpopNonce: string | undefined
}

/**
 * Decides whether an access token may be used at the userinfo endpoint. The endpoint is a protected resource, so it makes the checks of
 * introspection: a bound token needs its proof of possession here, too.
 *
 * @throws Refusal userinfo-…, resource-proof-…
 * @see OpenID Connect Core section 5.3, RFC 8705 section 3, RFC 9449 section 7.1
 */
export async function processUserinfo(request: UserinfoRequest, call: Call): Promise<UserinfoToken> {
  const proof = request.proof && withPublishedUrls(request.proof, call)
  const outcome = await outcomeOf({ ...request, ...REQUIREMENTS, proof }, call)
  if (outcome instanceof Refusal) throw refusalOfUserinfo(outcome)
  const grant = requireSubject(outcome.grant)
  const { service, store } = call
  const client = await store.registry.findClientByNumber(service.apiKey, grant.client)
  const clientAttributes = client?.attributes ?? []
  return { token: request.token, grant, clientAttributes, dpopNonce: outcome.dpopNonce }
}

const REQUIREMENTS = {
  verifyNonce,
  scopes: [OPENID],
  subject: undefined,
  subjectRequired: true,
  resources: [],
  boundOnly: false,
}

const USERINFO_ENDPOINTS = publishedUrls('userinfo_endpoint')

function withPublishedUrls(sent: SentProof, { service }: Call): SentProof {
  const proof = withUrls(sent, USERINFO_ENDPOINTS, service)
  if (proof.htu.length === 0) throw new Refusal('userinfo-proof-target-missing')
  return proof
}
