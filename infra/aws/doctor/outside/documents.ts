import { ask, inWords, jsonOf, type Outcome } from '../ask.ts'
import { type Check, fail, type Finding, orElse, skipped } from '../finding.ts'
import type { Inspected } from '../inspected.ts'

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

interface Both {
  readonly plain: Outcome
  /** `undefined` where nobody is let in to ask. */
  readonly mtls: Outcome | undefined
}

async function onBoth(inspected: Inspected, path: string): Promise<Both> {
  const { plainUrl, mtlsUrl, visitor } = inspected
  const plain = await ask(inspected, plainUrl + path)
  return { plain, mtls: visitor && (await ask(inspected, mtlsUrl + path, {}, visitor)) }
}

/** Clients are told the same on both domains, and to come to the mutual-TLS domain for bound tokens. */
export const metadata: Check = {
  name: 'metadata',
  ask: async (inspected) => {
    const both = await onBoth(inspected, '/.well-known/oauth-authorization-server')
    const document = jsonOf(both.plain)
    if (document === undefined || 'broken' in both.plain || both.plain.status !== 200) {
      const why = `the plain domain does not answer with metadata (${inWords(both.plain)})`
      return [
        fail(
          why,
          'npm run provision, where there is no service yet; look at the log of the function discovery',
        ),
      ]
    }
    return orElse(
      [
        ...sameOn(both, 'metadata'),
        ...issuerOf(document, inspected),
        ...tokenEndpointOf(document, inspected),
      ],
      'metadata are the same on both domains, and lead to the mutual-TLS domain',
    )
  },
}

/** The keys for who verifies offline are there, the same on both domains, and public. */
export const keys: Check = {
  name: 'JWK Set',
  ask: async (inspected) => {
    const both = await onBoth(inspected, '/jwks')
    const set = jsonOf(both.plain)?.['keys']
    if (!Array.isArray(set)) {
      return [
        fail(
          `/jwks of the plain domain is no JWK Set (${inWords(both.plain)})`,
          'look at the log of the function discovery',
        ),
      ]
    }
    const jwks = set as readonly Readonly<Record<string, unknown>>[]
    const leaked = jwks.filter((jwk) => PRIVATE_MEMBERS.some((member) => member in jwk))
    const wanted = inspected.service?.accessTokenSignAlg
    const fits = wanted === undefined || jwks.some(({ alg }) => alg === wanted)
    return orElse(
      [
        ...sameOn(both, '/jwks'),
        ...leaked.map(({ kid }) =>
          fail(
            `/jwks publishes the private key ${String(kid)}`,
            'replace this key at once, and find out who has changed the service',
          ),
        ),
        ...(fits
          ? []
          : [
              fail(
                `access tokens are to be signed with ${wanted}, and /jwks has no such key`,
                'give the service a key for it',
              ),
            ]),
      ],
      `/jwks is the same on both domains, with ${jwks.length} public keys`,
    )
  },
}

function sameOn({ plain, mtls }: Both, name: string): Finding[] {
  if (mtls === undefined) {
    return [
      skipped(
        `whether ${name} is the same on the mutual-TLS domain`,
        'name a client certificate with --certificate and --key',
      ),
    ]
  }
  const isSame = !('broken' in plain) && !('broken' in mtls) && plain.text === mtls.text
  return isSame
    ? []
    : [
        fail(
          `${name} differs between the two domains (${inWords(plain)}, ${inWords(mtls)})`,
          'map both domains to the same API: npm run deploy',
        ),
      ]
}

function issuerOf({ issuer }: Readonly<Record<string, unknown>>, { service }: Inspected): Finding[] {
  if (service === undefined || service.issuer === issuer) return []
  return [
    fail(
      `metadata say the issuer is ${String(issuer)}, the service ${service.issuer}`,
      'the functions and the registry are of two deployments: compare SERVICE_ID and REGISTRY_TABLE of the function discovery',
    ),
  ]
}

function tokenEndpointOf(document: Readonly<Record<string, unknown>>, { mtlsUrl }: Inspected): Finding[] {
  const aliases = document['mtls_endpoint_aliases'] as Readonly<Record<string, unknown>> | undefined
  const endpoint = aliases?.['token_endpoint'] ?? document['token_endpoint']
  if (
    typeof endpoint === 'string' &&
    URL.canParse(endpoint) &&
    new URL(endpoint).origin === new URL(mtlsUrl).origin
  ) {
    return []
  }
  return [
    fail(
      `metadata send clients with certificates to ${String(endpoint)}, which is not on the mutual-TLS domain`,
      'set mtlsEndpointAliases of the service to the endpoints of the mutual-TLS domain',
    ),
  ]
}
