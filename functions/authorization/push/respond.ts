import { type BodyWithHeaders, withNonce } from '../../../shared/http.ts'
import { success } from '../../../shared/web-api.ts'
import type { PushContent, PushSuccess } from '../answer-schema.ts'
import type { PushedRequest } from './decide.ts'

/** RFC 9126 section 2.2. */
function pushedContent({ requestUri, expiresIn }: PushedRequest): PushContent {
  return { request_uri: requestUri, expires_in: expiresIn }
}

/** The answer of the OAuth face. */
export function oauthPushResponse(pushed: PushedRequest): PushContent | BodyWithHeaders {
  return withNonce(pushedContent(pushed), pushed.dpopNonce)
}

/** `/pushed_auth_req`, action CREATED (Authlete contract, section 2.11). */
export function pushResponse(pushed: PushedRequest): PushSuccess {
  const { client, requestUri } = pushed
  const message = `Successfully registered a request object for client (${String(client.clientId)}), URI is ${requestUri}.`
  return {
    ...success('A245001', message),
    action: 'CREATED',
    requestUri,
    responseContent: JSON.stringify(pushedContent(pushed)),
    clientAuthMethod: client.tokenAuthMethod,
    dpopNonce: pushed.dpopNonce,
  }
}
