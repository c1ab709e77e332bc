import { type Request, type Response, Router } from 'express'
import { clientCertificate, refuseUntrusted } from './mutual-tls.ts'
import type { User } from './pages.ts'
import { presentedToken } from './presented-token.ts'
import type { WebApi, WebApiAnswer } from './web-api-client.ts'

/** The HTTP status of each action (docs/authlete-contract.md, section 2.12). */
const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  INTERNAL_SERVER_ERROR: 500,
}

const TYPES: Readonly<Record<string, string>> = { JSON: 'application/json', JWT: 'application/jwt' }

/**
 * The userinfo endpoint (OpenID Connect Core section 5.3). The Web API decides whether the token may be used and makes the response; this server knows the end-user's claims.
 */
export function userinfoEndpoint(webApi: WebApi, user: User): Router {
  const router = Router()
  const answer = async (request: Request, response: Response) => {
    const presented = presentedToken(request)
    if (presented === undefined) {
      // The answer to a request without credentials contains no error code (RFC 6750 section 3.1).
      response.status(401).set('www-authenticate', 'Bearer').end()
      return
    }
    // The Web API knows the URLs of this endpoint for clients, which are in the metadata.
    const judged = await webApi('/auth/userinfo', {
      ...presented,
      htm: request.method,
      clientCertificate: clientCertificate(request),
    })
    if (judged.dpopNonce !== undefined) response.set('dpop-nonce', judged.dpopNonce)
    const issued = judged.action === 'OK' ? await issue(webApi, presented.token, judged, user) : judged
    send(response, issued)
  }
  router.get('/userinfo', refuseUntrusted, answer)
  router.post('/userinfo', refuseUntrusted, answer)
  return router
}

function issue(webApi: WebApi, token: string, { subject, claims = [] }: WebApiAnswer, user: User) {
  const known = Object.entries(subject === user.subject ? (user.claims ?? {}) : {})
  const asked = Object.fromEntries(known.filter(([name]) => claims.includes(name)))
  return webApi('/auth/userinfo/issue', { token, claims: JSON.stringify(asked) })
}

function send(response: Response, { action, responseContent = '' }: WebApiAnswer): void {
  const type = TYPES[action]
  if (type !== undefined) {
    response.status(200).set('content-type', type).end(responseContent)
    return
  }
  const status = STATUS[action]
  if (status === undefined) throw new Error(`the Web API answered with the action ${action}`)
  response.status(status).set('www-authenticate', responseContent).end()
}
