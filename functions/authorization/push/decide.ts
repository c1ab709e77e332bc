import {
  authenticateClient,
  type IdentifiedClient,
  identifyClient,
} from '../../../shared/authentication/client-authentication.ts'
import { later } from '../../../shared/epoch-seconds.ts'
import { type Reason, Refusal } from '../../../shared/refusal/refusal.ts'
import { digest } from '../../../shared/store/digest.ts'
import type { Pushed } from '../../../shared/store/grant.ts'
import { publishedUrls } from '../../../shared/metadata/metadata.ts'
import { verifyIssuingProof } from '../../../shared/possession/issuing-proof.ts'
import { makeGrantId, makeOpaque } from '../../../shared/token/token-string.ts'
import type { Call } from '../../../shared/runtime/call.ts'
import { judge } from '../request/judge.ts'
import { authorizationRequest } from '../request/request.ts'
import { authorizationForm, type PushRequest } from './request.ts'
import { requestUriOf } from '../request/request-uri.ts'

export interface PushedRequest extends IdentifiedClient {
  readonly requestUri: string
  /** Seconds. */
  readonly expiresIn: number
  /** For the next DPoP proof. Only where nonces are required. */
  readonly dpopNonce: string | undefined
}

/** Less than 600 (FAPI 2.0 Security Profile section 5.3.2.2-12). It bounds only the authorization request, not the login. */
const MAX_SECONDS = 599

const PUSH_ENDPOINTS = publishedUrls('pushed_authorization_request_endpoint')

/** The grant stores the parameters, and items of the store must stay small. */
const MAX_PARAMETERS_LENGTH = 8192

/**
 * Authenticates the client as the token endpoint does, judges its authorization request, and keeps it.
 *
 * @throws Refusal
 * @see RFC 9126 section 2
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
  const { parameters } = form
  if (parameters.has('request_uri') || form.empty.has('request_uri')) {
    throw new Refusal('push-with-request-uri')
  }
  if (parameters.has('request')) throw new Refusal('request-object')
  const request = authorizationRequest(form, String(client.clientId), undefined)
  judge(request, client, service, () => (reason: Reason) => new Refusal(reason))
  if (proof !== undefined && (request.dpopJkt ?? proof.jkt) !== proof.jkt)
    throw new Refusal('push-key-differs')
  const pushedParameters = authorizationForm(form, proof?.jkt)
  if (pushedParameters.length > MAX_PARAMETERS_LENGTH) throw new Refusal('push-too-large')

  const key = { service: service.apiKey, client: client.clientId, grantId: makeGrantId(random) }
  const reference = makeOpaque(key, random)
  const expiresIn = Math.min(service.pushedAuthReqDuration, MAX_SECONDS)
  const pushed = {
    pushedDigest: digest(reference),
    pushedAt: now,
    pushedExpiresAt: later(now, expiresIn),
    pushedParameters,
  }
  const grant: Pushed = { ...key, stage: 'PUSHED', clientIdAlias, pushed }
  await proof?.use()
  await store.grants.create(grant)
  return { ...identified, requestUri: requestUriOf(reference), expiresIn, dpopNonce: proof?.nonce }
}
