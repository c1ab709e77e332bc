import { isPrivate } from '../../../../shared/certificate/jwk-set.ts'
import { ask, jsonOf, type Reply, statusOf } from '../ask.ts'
import { type Check, fail, type Finding, type Inspected, orElse, skipped } from '../check.ts'

type Json = Readonly<Record<string, unknown>>

const READ_LOG = 'read the log of the function discovery'

interface Replies {
  readonly plain: Reply
  /** `undefined` without a client certificate to ask with. */
  readonly mtls: Reply | undefined
}

async function askBoth(inspected: Inspected, path: string): Promise<Replies> {
  const { plainUrl, mtlsUrl, visitor } = inspected
  const plain = await ask(inspected, plainUrl + path)
  return { plain, mtls: visitor && (await ask(inspected, mtlsUrl + path, {}, visitor)) }
}

/** The metadata are the same on both domains, and send clients with certificates to the mutual-TLS domain. */
export const metadataCheck: Check = {
  name: 'metadata',
  ask: async (inspected) => {
    const both = await askBoth(inspected, '/.well-known/oauth-authorization-server')
    const document = jsonOf(both.plain)
    if (document === undefined || statusOf(both.plain) !== '200') {
      const what = `the plain domain does not answer with metadata (${statusOf(both.plain)})`
      return [fail(what, `npm run provision, if there is no service yet; otherwise ${READ_LOG}`)]
    }
    return orElse(
      [
        ...sameOn(both, 'metadata'),
        wrongIssuer(document, inspected),
        wrongTokenEndpoint(document, inspected),
      ],
      'the metadata are the same on both domains, and lead to the mutual-TLS domain',
    )
  },
}

/** The keys that verify JWT access tokens are published, the same on both domains, and public. */
export const keySetCheck: Check = {
  name: 'JWK Set',
  ask: async (inspected) => {
    const both = await askBoth(inspected, '/jwks')
    const set = jsonOf(both.plain)?.['keys']
    if (!Array.isArray(set)) {
      return [fail(`/jwks of the plain domain is not a JWK Set (${statusOf(both.plain)})`, READ_LOG)]
    }
    const jwks = set as readonly Json[]
    const leaked = jwks.filter((jwk) => isPrivate(jwk))
    const { service } = inspected
    const required = service?.accessTokenSignAlg
    return orElse(
      [
        ...sameOn(both, '/jwks'),
        ...leaked.map(({ kid }) =>
          fail(
            `/jwks publishes the private key ${String(kid)}`,
            'replace this key at once, and find out who changed the service',
          ),
        ),
        service === undefined && skipped('whether /jwks has the key that signs access tokens', LACKS_SERVICE),
        required !== undefined &&
          !jwks.some(({ alg }) => alg === required) &&
          fail(
            `access tokens must be signed with ${required}, but /jwks has no such key`,
            'give the service a key for it',
          ),
      ],
      `/jwks is the same on both domains; public keys: ${jwks.length}`,
    )
  },
}

function sameOn({ plain, mtls }: Replies, name: string): Finding[] {
  if (mtls === undefined) {
    const todo = 'name a client certificate with --certificate and --key'
    return [skipped(`whether ${name} is the same on the mutual-TLS domain`, todo)]
  }
  if (!('broken' in plain) && !('broken' in mtls) && plain.text === mtls.text) return []
  const what = `${name} differs between the two domains (${statusOf(plain)}, ${statusOf(mtls)})`
  return [fail(what, 'map both domains to the same API: npm run deploy')]
}

const LACKS_SERVICE = 'reading and binding have the reason why the service is unknown'

function wrongIssuer({ issuer }: Json, { service }: Inspected): Finding | false {
  if (service === undefined) return skipped('whether the issuer is that of the service', LACKS_SERVICE)
  return (
    service.issuer !== issuer &&
    fail(
      `the issuer in the metadata is ${String(issuer)}, but the service has ${service.issuer}`,
      'the functions and the registry belong to two deployments: compare SERVICE_ID and REGISTRY_TABLE of the function discovery',
    )
  )
}

function wrongTokenEndpoint(document: Json, { mtlsUrl }: Inspected): Finding | false {
  const aliases = document['mtls_endpoint_aliases'] as Json | undefined
  const endpoint = aliases?.['token_endpoint'] ?? document['token_endpoint']
  const origin = typeof endpoint === 'string' ? URL.parse(endpoint)?.origin : undefined
  return (
    origin !== new URL(mtlsUrl).origin &&
    fail(
      `the metadata send clients with certificates to ${String(endpoint)}, which is not on the mutual-TLS domain`,
      'set mtlsEndpointAliases of the service to the endpoints of the mutual-TLS domain',
    )
  )
}
