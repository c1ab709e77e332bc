import { generateKeyPairSync } from 'node:crypto'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { listen } from '../../connections/listen.ts'
import { mutualTlsOptions } from '../../connections/mutual-tls.ts'
import { readTruststore } from '../../truststore/truststore.ts'
import { argument, report } from '../child.ts'
import { type AdapterName, inMemory, onDynamoDb } from './adapters.ts'
import { MUTUAL_TLS_FEATURE } from './mutual-tls-feature.ts'

export interface PeerArgument {
  /** The folder of the fetched packages. */
  readonly packages: string
  readonly adapter: AdapterName
  /** The endpoint of DynamoDB. */
  readonly endpoint: string
  /** The server's certificate and its key, as PEM. */
  readonly cert: string
  readonly key: string
  readonly truststoreFile: string
}

export interface PeerReady {
  readonly port: number
}

interface Package {
  readonly default: new (
    issuer: string,
    configuration: object,
  ) => { readonly callback: () => RequestListener }
}

const { packages, adapter, endpoint, truststoreFile, ...identity } = argument() as PeerArgument
const entry = pathToFileURL(join(packages, 'node_modules/oidc-provider/lib/index.js'))
const { default: Provider } = (await import(entry.href)) as Package

const CLIENT = {
  client_secret: 'bench-secret',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  response_types: [],
  redirect_uris: [],
  scope: 'accounts:read',
  id_token_signed_response_alg: 'ES256',
}
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const provider = new Provider('https://peer.certbound.test', {
  adapter: adapter === 'memory' ? inMemory() : await onDynamoDb(endpoint),
  clients: [
    { ...CLIENT, client_id: 'bench', tls_client_certificate_bound_access_tokens: true },
    { ...CLIENT, client_id: 'unbound' },
  ],
  scopes: ['accounts:read'],
  cookies: { keys: ['bench'] },
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: '1' }] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
    // With a `resource`, oidc-provider issues a JWT and does not store it.
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'accounts:read',
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
    mTLS: MUTUAL_TLS_FEATURE,
  },
})
const truststore = await readTruststore(truststoreFile)
const options = { ...mutualTlsOptions({ ...identity, truststore }), rejectUnauthorized: true }
const { port } = await listen(createServer(options, provider.callback()))
report({ port } satisfies PeerReady)
