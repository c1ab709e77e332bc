import { type Agent as HttpAgent, type IncomingMessage, request as requestHttp } from 'node:http'
import { Agent, request as requestHttps } from 'node:https'
import type { SecureContextOptions } from 'node:tls'
import { parseJsonObject, type JsonObject } from '../request/strict-json.ts'
import { type Expected, isMeant, type ReadToken, trustedUrl } from './read-token.ts'

export interface IntrospectionOptions {
  /** `/introspection/standard` of certbound, or any endpoint of RFC 7662 that tells `iss`, `aud` and `cnf`. */
  readonly endpoint: string
  /** Of this resource server, which is a client of its own. */
  readonly clientId: string
  /** With it by `client_secret_basic`, without by the certificate in `tls`. */
  readonly clientSecret?: string
  /** PEM: the resource server's own certificate and key, and the CA of the endpoint if it is not a public one. */
  readonly tls?: Pick<SecureContextOptions, 'cert' | 'key' | 'ca'>
}

const LIMIT_MILLISECONDS = 5_000
const LIMIT_BYTES = 65_536

/**
 * Tokens of either format, asked about on every request: what was revoked or locked is refused at once.
 * @throws TypeError for options that cannot work
 */
export function introspectedTokens(options: IntrospectionOptions, expected: Expected): ReadToken {
  const { clientId, clientSecret, tls } = options
  const url = trustedUrl(options.endpoint, 'introspection.endpoint')
  if (clientSecret === undefined && tls?.cert === undefined) {
    throw new TypeError('introspection needs a clientSecret, or a certificate in tls')
  }
  // One agent for all requests; without TLS, which is for this machine alone, the default one.
  const agent = url.protocol === 'https:' ? new Agent({ keepAlive: true, ...tls }) : undefined
  const authorization = clientSecret === undefined ? {} : { authorization: basic(clientId, clientSecret) }
  const inForm = clientSecret === undefined ? { client_id: clientId } : {}

  return async (token) => {
    const form = new URLSearchParams({ ...inForm, token }).toString()
    const answer = await ask(url, agent, authorization, form)
    if (answer['active'] === false) return undefined
    if (answer['active'] !== true) throw new Error('the introspection endpoint did not say active')
    // A refresh token is active, too, and has no `token_type`.
    const { client_id: client, token_type: type } = answer
    const isAccessToken = typeof client === 'string' && typeof type === 'string'
    return isAccessToken && isMeant(answer, expected) ? answer : undefined
  }
}

/** RFC 6749 section 2.3.1. */
function basic(id: string, secret: string): string {
  const encode = (text: string) => new URLSearchParams([['', text]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`
}

/** @throws Error for everything but a JSON object with status 200 */
async function ask(
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
  const answer = parseJsonObject(body)
  if (answer === undefined) throw new Error('the introspection endpoint answered with no JSON object')
  return answer
}

async function bytesOf(response: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response) {
    length += chunk.length
    if (length > LIMIT_BYTES) throw new Error('the introspection endpoint answered too much')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
