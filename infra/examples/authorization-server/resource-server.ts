import type { Express } from 'express'
import { application } from './application.ts'
import { clientCertificate, refuseUntrusted } from './mutual-tls.ts'
import { presentedToken } from './presented-token.ts'
import type { WebApi } from './web-api-client.ts'

/** The HTTP status of each action (docs/authlete-contract.md, section 2.8). */
const STATUS: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  INTERNAL_SERVER_ERROR: 500,
}

const ACCOUNTS = [
  { name: 'Current account', balance: '1024.00' },
  { name: 'Savings', balance: '65536.00' },
]

/**
 * A protected resource for a mutual-TLS server. The Web API gets the token, the connection's certificate and the DPoP proof.
 *
 * @param url the URL of the resource for clients, which proofs must contain
 */
export function resourceServer(webApi: WebApi, url: () => string): Express {
  return application((app) => {
    app.get('/accounts', refuseUntrusted, async (request, response) => {
      const presented = presentedToken(request)
      if (presented === undefined) {
        // The answer to a request without credentials contains no error code (RFC 6750 section 3.1).
        response.status(401).set('www-authenticate', 'Bearer').end()
        return
      }
      const answer = await webApi('/auth/introspection', {
        ...presented,
        scopes: ['accounts:read'],
        clientCertificate: clientCertificate(request),
        ...{ htm: request.method, htu: url() },
      })
      const { action, subject, dpopNonce, responseContent = 'Bearer' } = answer
      if (dpopNonce !== undefined) response.set('dpop-nonce', dpopNonce)
      if (action === 'OK') {
        response.json({ subject, accounts: ACCOUNTS })
        return
      }
      const status = STATUS[action]
      if (status === undefined) throw new Error(`the Web API answered with the action ${action}`)
      response.status(status).set('www-authenticate', responseContent).end()
    })
  })
}
