import { unescape } from 'node:querystring'
import { type Express, type Request, text } from 'express'
import { application } from './application.ts'
import { clientCertificate, refuseUntrusted } from './mutual-tls.ts'
import type { WebApi } from './web-api-client.ts'

/** The HTTP status of each action (docs/authlete-contract.md, section 2.5). */
const STATUS: Readonly<Record<string, number>> = {
  OK: 200,
  BAD_REQUEST: 400,
  INVALID_CLIENT: 401,
  INTERNAL_SERVER_ERROR: 500,
}
const CHALLENGE = { 'www-authenticate': 'Basic realm="certbound"' }

/**
 * The token endpoint for a mutual-TLS server. The Web API gets the form, the connection's certificate and the DPoP proof.
 *
 * @param url the URL of the endpoint for clients, which proofs must contain. It cannot be taken from `Host`, which anyone can set
 */
export function tokenEndpoint(webApi: WebApi, url: () => string): Express {
  return application((app) => {
    const form = text({ type: 'application/x-www-form-urlencoded', limit: '64kb' })
    app.post('/token', refuseUntrusted, form, async (request, response) => {
      const credentials = basicCredentials(request)
      if (credentials === 'malformed') {
        response.status(401).set(CHALLENGE).json({ error: 'invalid_client' })
        return
      }
      const { action, responseContent, dpopNonce } = await webApi('/auth/token', {
        parameters: (request.body as string | undefined) ?? '',
        ...credentials,
        clientCertificate: clientCertificate(request),
        ...{ dpop: request.headers['dpop'], htm: request.method, htu: url() },
      })
      const status = STATUS[action]
      if (status === undefined) throw new Error(`the Web API answered with the action ${action}`)
      // If the client used the header, the answer contains a challenge (RFC 6749 section 5.2).
      if (status === 401 && request.headers.authorization !== undefined) response.set(CHALLENGE)
      if (dpopNonce !== undefined) response.set('dpop-nonce', dpopNonce)
      response.status(status).set('content-type', 'application/json').end(responseContent)
    })
  })
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i

/** Parses Basic credentials. Both halves are form-encoded (RFC 6749 section 2.3.1). */
function basicCredentials({ headers: { authorization } }: Request) {
  if (authorization === undefined) return {}
  const encoded = BASIC.exec(authorization)?.[1] ?? ''
  const [, id, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? []
  if (id === undefined || secret === undefined) return 'malformed'
  return { clientId: formDecoded(id), clientSecret: formDecoded(secret) }
}

function formDecoded(encoded: string): string {
  return unescape(encoded.replaceAll('+', ' '))
}
