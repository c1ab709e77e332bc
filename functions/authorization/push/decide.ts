import {
  authenticateClient,
  type IdentifiedClient,
  identifyClient,
} from '../../../shared/authentication/client-authentication.ts'
import { judge } from '../../../shared/certificate/binding.ts'
import { LIMITS } from '../../../shared/limits.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { Refusal } from '../../../shared/refusal/refusal.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Pushed } from '../../../shared/store/grant.ts'
import type { OneTimeProof } from '../../../shared/store/one-time-proof.ts'
import { publishedUrls } from '../../../shared/metadata/metadata.ts'
import { verifyIssuingProof } from '../../../shared/possession/issuing-proof.ts'
import { makeGrantId, makeOpaque } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { parseRequest } from '../request/parse-request.ts'
import { requestUriOf } from '../request/pushed-request.ts'
import { type AuthorizationRequest, readRequest, storedText } from '../request/request.ts'
import type { PushRequest } from './request.ts'

export interface PushedRequest extends IdentifiedClient {
  readonly requestUri: string
  /** The lifetime of the request URI in seconds. */
  readonly expiresIn: number
  /** The nonce for the next DPoP proof, if the service requires nonces. */
  readonly dpopNonce: string | undefined
}

/** It must be less than 600 (FAPI 2.0 Security Profile section 5.3.2.2-12). It limits the authorization request and not the login. */
const MAX_SECONDS = 599

const PUSH_ENDPOINTS = publishedUrls('pushed_authorization_request_endpoint')

/**
 * Stores an authorization request and issues its `request_uri` (RFC 9126 section 2). The checks have this order:
 *
 * 1. The client exists, is not locked, and does not violate the profile.
 * 2. The client is authenticated as at the token endpoint. This stops requests in the name of another client.
 * 3. A DPoP proof is fresh and was made for this endpoint. This stops a recorded proof from binding the code to its key.
 * 4. The request does not refer to another one. With `request_uri` an attacker could push the request of another client (section 2.1), and
 *    the signed parameters of `request` would be ignored.
 * 5. The redirect URI is registered. This keeps the code away from an attacker's site.
 * 6. The other parameters are valid, in the order of `parseRequest`. Among them is the code challenge, which stops the injection of a
 *    stolen code (RFC 9700 section 4.5).
 * 7. `dpop_jkt` and the proof name one key. This stops a binding to a key that the client does not hold.
 * 8. The request does not exceed its limit. This stops abandoned requests from filling the store.
 *
 * The proof is used up after the last check, so a refused request can be repeated with it. No error goes to the redirect URI, because the
 * client itself gets the answer.
 *
 * @throws Refusal
 */
export async function pushRequest(
  { credentials, proof: sent, form }: PushRequest,
  call: Call,
): Promise<PushedRequest> {
  const { service, now, random, store, log } = call
  const identified = await identifyClient(credentials, call)
  const { client, clientIdAlias } = identified
  log.note({ client: client.clientId })
  await authenticateClient(client, credentials, call)
  const proof = await verifyIssuingProof(sent, PUSH_ENDPOINTS, client, call)
  const request = readRequest(form, String(client.clientId), undefined)
  if (request.requestUri !== undefined || request.empty.has('request_uri')) {
    throw new Refusal('push-with-request-uri')
  }
  if (request.requestObject !== undefined) throw new Refusal('request-object')
  const parsed = parseRequest(request, client, service)
  if ('reason' in parsed) throw new Refusal(parsed.reason)
  requireSameKey(request, proof)
  // The key of the proof takes the place of the parameter (RFC 9449 section 10.1).
  const pushedRequest = storedText({ ...request, dpopJkt: proof.jkt ?? request.dpopJkt })
  if (Buffer.byteLength(pushedRequest) > LIMITS.pushedRequest) throw new Refusal('push-too-large')

  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(random) }
  const reference = makeOpaque(key, random)
  const expiresIn = Math.min(service.pushedAuthReqDuration, MAX_SECONDS)
  const pushed = {
    pushedDigest: digest(reference),
    pushedAt: now,
    pushedExpiresAt: addSeconds(now, expiresIn),
    pushedRequest,
  }
  const grant: Pushed = { ...key, stage: 'PUSHED', clientIdAlias, pushed }
  await store.grants.create(grant, proof)
  return { ...identified, requestUri: requestUriOf(reference), expiresIn, dpopNonce: proof.nonce }
}

/** RFC 9449 section 10.1: the key of the proof must be the one in `dpop_jkt`. */
function requireSameKey({ dpopJkt }: AuthorizationRequest, { jkt: proofKey }: OneTimeProof): void {
  if (dpopJkt === undefined || proofKey === undefined) return
  const verdict = judge({ jkt: dpopJkt }, { certificate: 'absent', proofKey })
  if (verdict !== 'holds') throw new Refusal('push-key-differs')
}
