import { isPrivate } from '../../../../shared/certificate/jwk-set.ts'
import { ask, jsonOf, type Reply, statusOf } from '../ask.ts'
import { type Check, fail, type Finding, type InspectedDeployment, orElse, skipped } from '../check.ts'

type Json = Readonly<Record<string, unknown>>

const READ_LOG = 'read the log of the function discovery'

interface Replies {
  readonly plain: Reply
  /** `undefined` without a client certificate for the request. */
  readonly mtls: Reply | undefined
}

async function askBoth(inspected: InspectedDeployment, path: string): Promise<Replies> {
  const { plainUrl, mtlsUrl, visitor } = inspected
  const plain = await ask(inspected, plainUrl + path)
  return { plain, mtls: visitor && (await ask(inspected, mtlsUrl + path, {}, visitor)) }
}

/** The metadata is identical on both domains and sends clients with certificates to the mutual-TLS domain. */
export const metadataCheck: Check = {
  name: 'metadata',
  ask: async (inspected) => {
    const both = await askBoth(inspected, '/.well-known/oauth-authorization-server')
    const document = jsonOf(both.plain)
    if (document === undefined || statusOf(both.plain) !== '200') {
      const what = `the plain domain does not answer with metadata (${statusOf(both.plain)})`
      return [fail(what, `if there is no service yet, npm run provision; otherwise ${READ_LOG}`)]
    }
    return orElse(
      [
        ...differencesOf(both, 'metadata'),
        wrongIssuer(document, inspected),
        wrongTokenEndpoint(document, inspected),
      ],
      'the metadata is identical on both domains and refers to the mutual-TLS domain',
    )
  },
}

/** The keys that verify JWT access tokens are published identically on both domains, without private keys. */
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
        ...differencesOf(both, '/jwks'),
        ...leaked.map(({ kid }) =>
          fail(
            `/jwks publishes the private key ${String(kid)}`,
            'replace this key at once and find out how it was published',
          ),
        ),
        service === undefined &&
          skipped('whether /jwks contains the key that signs access tokens', LACKS_SERVICE),
        required !== undefined &&
          !jwks.some(({ alg }) => alg === required) &&
          fail(
            `access tokens must be signed with ${required}, but /jwks contains no such key`,
            'add a key for it to the service',
          ),
      ],
      `/jwks is the same on both domains; public keys: ${jwks.length}`,
    )
  },
}

function differencesOf({ plain, mtls }: Replies, name: string): Finding[] {
  if (mtls === undefined) {
    const todo = 'set a client certificate with --certificate and --key'
    return [skipped(`whether ${name} is identical on the mutual-TLS domain`, todo)]
  }
  if (!('broken' in plain) && !('broken' in mtls) && plain.text === mtls.text) return []
  const what = `${name} differs between the two domains (${statusOf(plain)}, ${statusOf(mtls)})`
  return [fail(what, 'map both domains to the same API: npm run deploy')]
}

const LACKS_SERVICE = 'the service is unknown: see the checks reading and binding for the reason'

function wrongIssuer({ issuer }: Json, { service }: InspectedDeployment): Finding | false {
  if (service === undefined) return skipped('whether the issuer equals that of the service', LACKS_SERVICE)
  return (
    service.issuer !== issuer &&
    fail(
      `the issuer in the metadata is ${String(issuer)}, but the service has ${service.issuer}`,
      'the functions and the registry belong to different deployments: compare SERVICE_ID and REGISTRY_TABLE of the function discovery',
    )
  )
}

function wrongTokenEndpoint(document: Json, { mtlsUrl }: InspectedDeployment): Finding | false {
  const aliases = document['mtls_endpoint_aliases'] as Json | undefined
  const endpoint = aliases?.['token_endpoint'] ?? document['token_endpoint']
  const origin = typeof endpoint === 'string' ? URL.parse(endpoint)?.origin : undefined
  return (
    origin !== new URL(mtlsUrl).origin &&
    fail(
      `the metadata sends clients with certificates to ${String(endpoint)}, which is not on the mutual-TLS domain`,
      'set mtlsEndpointAliases of the service to the endpoints of the mutual-TLS domain',
    )
  )
}
