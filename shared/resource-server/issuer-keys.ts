import type { SecureContextOptions } from 'node:tls'
import { isJwkSet } from '../certificate/jwk-set.ts'
import type { JsonObject } from '../json.ts'
import { parseJsonObject } from '../request/strict-json.ts'
import { issuerRequest, type IssuerRequest } from './issuer-request.ts'
import { trustedUrl } from './trusted-url.ts'

/** A JWK Set (RFC 7517 section 5). */
export interface Jwks {
  readonly keys: readonly object[]
}

const METADATA_NAMES = ['oauth-authorization-server', 'openid-configuration']

/** The well-known name of an issuer's metadata (RFC 8414 section 3, OpenID Connect Discovery section 4). */
export type MetadataName = 'oauth-authorization-server' | 'openid-configuration'

/** The metadata that name the `jwks_uri` of an issuer. */
export interface MetadataPlace {
  readonly issuer: string
  readonly metadata: MetadataName
}

/** The keys of an issuer. The object stays the same until a key changes. */
export interface IssuerKeys {
  /** @throws Error if the keys are not known and cannot be fetched */
  readonly current: () => Promise<Jwks>
  /** Fetches the keys again for a key that is missing. @returns `undefined` if the last fetch was too short a time ago */
  readonly renewed: () => Promise<Jwks | undefined>
}

const KEPT_MILLISECONDS = 600_000
const LEAST_MILLISECONDS = 30_000

/**
 * @param place the keys themselves, their `jwks_uri`, or the metadata that name it
 * @throws TypeError for options that cannot work
 */
export function issuerKeys(
  place: string | Jwks | MetadataPlace,
  ca: SecureContextOptions['ca'],
  currentDate: () => Date,
): IssuerKeys {
  if (typeof place === 'object' && 'keys' in place) {
    if (!isJwkSet(place)) throw new TypeError('jwks must be a URL or a JWK Set')
    return { current: () => Promise.resolve(place), renewed: () => Promise.resolve(undefined) }
  }
  const fetchKeys = keyFetcher(place, ca)
  let known: { readonly keys: Jwks; readonly text: string; readonly fetchedAt: number } | undefined
  let pending: Promise<Jwks> | undefined

  const fetchAgain = async () => {
    const keys = await fetchKeys()
    const text = JSON.stringify(keys)
    known = { text, keys: text === known?.text ? known.keys : keys, fetchedAt: currentDate().getTime() }
    return known.keys
  }
  const isOlderThan = (milliseconds: number) =>
    known === undefined || Math.abs(currentDate().getTime() - known.fetchedAt) > milliseconds
  const fetchOnce = () => (pending ??= fetchAgain().finally(() => (pending = undefined)))

  return {
    current: async () => (known === undefined || isOlderThan(KEPT_MILLISECONDS) ? fetchOnce() : known.keys),
    renewed: async () => (isOlderThan(LEAST_MILLISECONDS) ? fetchOnce() : undefined),
  }
}

function keyFetcher(place: string | MetadataPlace, ca: SecureContextOptions['ca']): () => Promise<Jwks> {
  const requestTo = requestsByUrl(ca)
  const url = typeof place === 'string' ? trustedUrl(place, 'jwks') : metadataUrl(place)
  return async () => {
    try {
      const jwksUri = typeof place === 'string' ? url : jwksUriOf(await getJson(requestTo(url)), place.issuer)
      const keys = await getJson(requestTo(jwksUri))
      if (!isJwkSet(keys)) throw new Error('the answer is not a JWK Set')
      return keys
    } catch (cause) {
      throw new Error('cannot get the keys of the issuer', { cause })
    }
  }
}

/** The requests to each URL share their connections. */
function requestsByUrl(ca: SecureContextOptions['ca']): (url: URL) => IssuerRequest {
  const known = new Map<string, IssuerRequest>()
  return (url) => {
    const request = known.get(url.href) ?? issuerRequest(url, { ca })
    known.set(url.href, request)
    return request
  }
}

/**
 * The address of the metadata. RFC 8414 puts the well-known path between host and path, and OpenID Connect after the path.
 *
 * @throws TypeError unless the issuer is an https URL
 */
function metadataUrl({ issuer, metadata: name }: MetadataPlace): URL {
  if (!METADATA_NAMES.includes(name))
    throw new TypeError(`metadata must be one of ${METADATA_NAMES.join(', ')}`)
  const url = trustedUrl(issuer, 'with metadata, the issuer')
  if (url.search !== '' || url.hash !== '')
    throw new TypeError('the issuer must not have a query or a fragment')
  const path = url.pathname.replace(/\/$/, '')
  const wellKnown = `/.well-known/${name}`
  return new URL(name === 'openid-configuration' ? path + wellKnown : wellKnown + path, url)
}

/** @throws Error for the metadata of another issuer (RFC 8414 section 3.3) */
function jwksUriOf(metadata: JsonObject, issuer: string): URL {
  if (metadata['issuer'] !== issuer) throw new Error('the metadata are those of another issuer')
  return trustedUrl(metadata['jwks_uri'], 'jwks_uri of the metadata')
}

/** @throws Error unless the answer is 200 with a JSON object */
async function getJson(request: IssuerRequest): Promise<JsonObject> {
  const { status, body } = await request({ method: 'GET', headers: { accept: 'application/json' } })
  if (status !== 200) throw new Error(`the answer has the status ${status}`)
  const members = parseJsonObject(body)
  if (members === undefined) throw new Error('the answer is not a valid JSON object')
  return members
}
