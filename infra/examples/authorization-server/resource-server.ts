import type { Express, Request } from 'express'
import { application } from './application.ts'
import { clientCertificate, refuseUntrusted } from './mutual-tls.ts'
import type { WebApi } from './web-api-client.ts'

/** By action (Authlete contract, section 2.8). */
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

/** A protected resource, for a mutual-TLS server. The Web API gets the token and the connection's certificate. */
export function resourceServer(webApi: WebApi): Express {
  return application((app) => {
    app.get('/accounts', refuseUntrusted, async (request, response) => {
      const token = bearerToken(request)
      if (token === undefined) {
        // RFC 6750 section 3.1: no error code for a request without credentials.
        response.status(401).set('www-authenticate', 'Bearer').end()
        return
      }
      const answer = await webApi('/auth/introspection', {
        token,
        scopes: ['accounts:read'],
        clientCertificate: clientCertificate(request),
        dpop: request.headers['dpop'],
      })
      const { action, subject, responseContent = 'Bearer' } = answer
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

const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i

/** Only from the header: a token in a form or a query ends up in logs (RFC 9700 section 4.3.2). */
function bearerToken({ headers: { authorization = '' } }: Request): string | undefined {
  return BEARER.exec(authorization)?.[1]
}
