import { type Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import type { JsonObject } from '../json.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { type ExpectedClaims, hasExpectedClaims, type ReadToken, trustedUrl } from './read-token.ts'

export interface IntrospectionOptions {
  /** URL of certbound's `/introspection/standard`, or of any RFC 7662 endpoint that answers with `iss`, `aud` and `cnf`. */
  readonly endpoint: string
  /** The client ID of this resource server, which is a client of its own. */
  readonly clientId: string
  /** With a secret the client authenticates by `client_secret_basic`, without one by the certificate in `tls`. */
  readonly clientSecret?: string
  /** PEM: the certificate and key of the resource server, and the CA of the endpoint if it is not a public one. */
  readonly tls?: Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>
}

const LIMIT_MILLISECONDS = 5_000
const LIMIT_BYTES = 65_536

/**
 * Reads tokens of either format by asking the issuer on every request. Revoked tokens, and tokens of locked clients, are
 * refused at once.
 *
 * @throws TypeError for options that cannot work
 */
export function introspectedTokens(options: IntrospectionOptions, expected: ExpectedClaims): ReadToken {
  const { clientId, clientSecret, tls } = options
  const url = trustedUrl(options.endpoint, 'introspection.endpoint')
  if (clientSecret === undefined && tls?.cert === undefined) {
    throw new TypeError('introspection needs a clientSecret, or a certificate in tls')
  }
  // All requests share one agent. Plain HTTP, which never leaves this machine, uses Node's default agent.
  const agent = url.protocol === 'https:' ? new Agent({ keepAlive: true, ...tls }) : undefined
  const authorization =
    clientSecret === undefined ? {} : { authorization: basicCredentials(clientId, clientSecret) }
  const inForm = clientSecret === undefined ? { client_id: clientId } : {}

  return async (token) => {
    const form = new URLSearchParams({ ...inForm, token }).toString()
    const response = await requestIntrospection(url, agent, authorization, form)
    if (response['active'] === false) return undefined
    if (response['active'] !== true) throw new Error('the introspection response lacks a boolean active')
    // Refresh tokens are active as well, but have no `token_type`.
    const { client_id: client, token_type: type } = response
    const isAccessToken = typeof client === 'string' && typeof type === 'string'
    return isAccessToken && hasExpectedClaims(response, expected) ? response : undefined
  }
}

/** RFC 6749 section 2.3.1. */
function basicCredentials(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

/** @throws Error unless the endpoint answers 200 with a JSON object */
async function requestIntrospection(
  url: URL,
  agent: HttpAgent | undefined,
  authorization: object,
  form: string,
): Promise<JsonObject> {
  const headers = {
    ...authorization,
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(form),
  }
  const signal = AbortSignal.timeout(LIMIT_MILLISECONDS)
  const options = { method: 'POST', headers, signal, ...(agent === undefined ? {} : { agent }) }
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp
    request(url, options, resolve).once('error', reject).end(form)
  })
  const body = await bytesOf(response)
  const { statusCode } = response
  if (statusCode !== 200) throw new Error(`the introspection endpoint answered ${String(statusCode)}`)
  const members = parseJsonObject(body)
  if (members === undefined) throw new Error('the introspection response is not a valid JSON object')
  return members
}

/** @throws Error when the body is too long */
async function bytesOf(response: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > LIMIT_BYTES) throw new Error(`the introspection response exceeds ${LIMIT_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
