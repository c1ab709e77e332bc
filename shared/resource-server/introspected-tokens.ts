import type { SecureContextOptions } from 'node:tls'
import type { JsonObject } from '../json.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { issuerRequest, type IssuerRequest } from './issuer-request.ts'
import { type ExpectedClaims, type ReadToken, requireExpectedClaims, trustedUrl } from './read-token.ts'
import { RequestRefusal } from './request-refusal.ts'

export interface IntrospectionOptions {
  /** The URL of certbound's `/introspection/standard`, or of another RFC 7662 endpoint whose answers have `iss`, `aud` and `cnf`. */
  readonly endpoint: string
  /** The client ID of this resource server, which is a client of its own. */
  readonly clientId: string
  /** If present, the client authenticates with `client_secret_basic`, and otherwise with the certificate in `tls`. */
  readonly clientSecret?: string
  /** The certificate and the key of the resource server, in PEM. */
  readonly tls?: Pick<SecureContextOptions, 'cert' | 'key'>
}

/**
 * Reads tokens of either format through introspection at every request. Revoked tokens and tokens of locked clients are refused at once.
 *
 * @throws TypeError for options that cannot work
 */
export function introspectedTokens(
  { endpoint, clientId, clientSecret, tls }: IntrospectionOptions,
  expected: ExpectedClaims,
  ca: SecureContextOptions['ca'],
): ReadToken {
  const url = trustedUrl(endpoint, 'introspection.endpoint')
  if (clientSecret === undefined && tls?.cert === undefined) {
    throw new TypeError('introspection needs a clientSecret, or a certificate in tls')
  }
  const request = issuerRequest(url, { ...tls, ca })
  const authorization =
    clientSecret === undefined ? {} : { authorization: basicCredentials(clientId, clientSecret) }
  const inForm = clientSecret === undefined ? { client_id: clientId } : {}

  return async (token) => {
    const form = new URLSearchParams({ ...inForm, token }).toString()
    const response = await requestIntrospection(request, authorization, form)
    if (response['active'] === false) throw new RequestRefusal('token-inactive')
    if (response['active'] !== true) throw new Error('the introspection response lacks a boolean active')
    // Refresh tokens can be active, too, but have no `token_type`.
    for (const member of ['client_id', 'token_type']) {
      if (typeof response[member] !== 'string') throw new RequestRefusal('claim-wrong', { expected: member })
    }
    requireExpectedClaims(response, expected)
    return response
  }
}

/** RFC 6749 section 2.3.1. */
function basicCredentials(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

/** @throws Error unless the endpoint answers 200 with a JSON object */
async function requestIntrospection(
  request: IssuerRequest,
  authorization: object,
  form: string,
): Promise<JsonObject> {
  const headers = {
    ...authorization,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(form),
  }
  const { status, body } = await request({ method: 'POST', headers, body: form })
  if (status !== 200) throw new Error(`the introspection endpoint answered ${status}`)
  const members = parseJsonObject(body)
  if (members === undefined) throw new Error('the introspection response is not a valid JSON object')
  return members
}
