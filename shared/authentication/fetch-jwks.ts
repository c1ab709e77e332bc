import type { LookupAddress } from 'node:dns'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { isJwkSet, type JwkSet } from '../certificate/jwk-set.ts'
import type { Internet } from '../runtime/internet.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { parseJwksUri } from './jwks-uri.ts'

export type JwksFault =
  'uri-malformed' | 'address-refused' | 'unreachable' | 'timeout' | 'status' | 'too-large' | 'not-a-jwk-set'

/** The keys at a `jwks_uri` are not available. The error has no part of the answer. */
export class JwksUnavailable extends Error {
  override readonly name = 'JwksUnavailable'
  readonly reason: JwksFault

  constructor(reason: JwksFault, options?: ErrorOptions) {
    super(`JWK Set unavailable: ${reason}`, options)
    this.reason = reason
  }
}

const LIMIT_BYTES = 64 * 1024

/**
 * Fetches a JWK Set. The client chooses the URL, which must not lead to an address in the network of the server. So the host name is
 * resolved once, all its addresses must be allowed, and the connection uses only these. Redirects are not followed.
 *
 * @throws JwksUnavailable
 * @see RFC 7517 section 5, requirement A19
 */
export async function fetchJwks(uri: string, internet: Internet): Promise<JwkSet> {
  const url = parseJwksUri(uri)
  if (url === undefined) throw new JwksUnavailable('uri-malformed')
  const body = await fetchBody(url, internet)
  const jwks = parseJsonObject(body)
  if (!isJwkSet(jwks)) throw new JwksUnavailable('not-a-jwk-set')
  return jwks
}

async function fetchBody(url: URL, internet: Internet): Promise<Buffer> {
  const limit = AbortSignal.timeout(internet.limitMilliseconds)
  try {
    const addresses = await addressesOf(url, internet, limit)
    return await get(url, addresses, internet, limit)
  } catch (cause) {
    if (cause instanceof JwksUnavailable) throw cause
    throw new JwksUnavailable(limit.aborted ? 'timeout' : 'unreachable', { cause })
  }
}

type Addresses = readonly [LookupAddress, ...LookupAddress[]]

async function addressesOf(
  url: URL,
  { resolve, isAllowed }: Internet,
  limit: AbortSignal,
): Promise<Addresses> {
  // Node connects to an IP address in the URL without calling `lookup`, so it is checked here.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses = family === 0 ? await withLimit(resolve(host), limit) : [{ address: host, family }]
  const [first, ...others] = addresses
  if (first === undefined) throw new JwksUnavailable('unreachable')
  if (!addresses.every(({ address }) => isAllowed(address))) throw new JwksUnavailable('address-refused')
  return [first, ...others]
}

/** The system's resolver cannot be cancelled, so its result is ignored after the limit. */
function withLimit<T>(outcome: Promise<T>, limit: AbortSignal): Promise<T> {
  const ended = new Promise<never>((_resolve, reject) => {
    limit.addEventListener('abort', () => reject(limit.reason as Error))
  })
  return Promise.race([outcome, ended])
}

async function get(url: URL, addresses: Addresses, { ca }: Internet, signal: AbortSignal): Promise<Buffer> {
  // Few clients have a `jwksUri`, so this module of Node is not loaded at cold start.
  const https = await import('node:https')
  const request = https.request(url, {
    agent: false,
    headers: { accept: 'application/jwk-set+json, application/json' },
    lookup: (_hostname, { all }, answer) =>
      all === true ? answer(null, [...addresses]) : answer(null, addresses[0].address, addresses[0].family),
    signal,
    ...(ca === undefined ? {} : { ca }),
  })
  try {
    const response = await responseTo(request)
    if (response.statusCode !== 200) throw new JwksUnavailable('status')
    return await bodyOf(response)
  } finally {
    request.destroy()
  }
}

function responseTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve)
    // An error after the response must not end the process, so this is not `once`.
    request.on('error', reject)
    request.once('close', () => reject(new Error('closed without a response')))
    request.end()
  })
}

async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LIMIT_BYTES) throw new JwksUnavailable('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
