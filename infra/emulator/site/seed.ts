import { X509Certificate } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import type { Store } from '../../../shared/store/store.ts'
import { Complaint } from '../../command.ts'
import { openManagement } from '../../management/management.ts'
import type { OwnerCredentials } from '../../management/owner.ts'
import { newSigningKey } from '../../signing-key.ts'
import { distinguishedName } from '../edge/gateway-event.ts'
import type { Addresses } from './addresses.ts'

/** What a caller of a freshly seeded service needs. The tables hold only digests of the secrets. */
export interface Seeded extends OwnerCredentials {
  readonly issuer: string
  readonly serviceId: number
  readonly serviceApiKey: string
  readonly serviceApiSecret: string
  readonly serviceAccessToken: string
  readonly clients: readonly [SeededClient, SeededClient]
}

export interface SeededClient {
  readonly type: 'PUBLIC' | 'CONFIDENTIAL'
  readonly clientId: string
  readonly clientSecret?: string
  readonly redirectUri: string
}

const REDIRECT_URI = 'https://client.example.org/cb/example.com'

/** The service of the article: the Web API's defaults, so PKCE is not required, and every token is bound. */
const SERVICE = {
  serviceName: 'Local development',
  supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
  supportedTokenAuthMethods: TOKEN_AUTH_METHODS,
  supportedScopes: [
    { name: 'openid', description: 'Know who you are' },
    { name: 'profile', description: 'Read your name' },
    { name: 'email', description: 'Read your email address' },
    { name: 'accounts:read', description: 'Read accounts' },
    { name: 'payments:write', description: 'Make payments' },
  ],
  supportedClaims: ['sub', 'name', 'email', 'email_verified'],
  clientIdAliasEnabled: true,
  shortClientSecretsAllowed: true,
  tlsClientCertificateBoundAccessTokens: true,
  credentials: [{ role: 'manage' }],
}
const BOUND_CLIENT = { redirectUris: [REDIRECT_URI], tlsClientCertificateBoundAccessTokens: true }
const PUBLIC_CLIENT = {
  ...BOUND_CLIENT,
  clientName: 'Public client',
  clientType: 'PUBLIC',
  tokenAuthMethod: 'NONE',
  grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
}
const CONFIDENTIAL_CLIENT = {
  ...BOUND_CLIENT,
  clientName: 'Confidential client',
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'CLIENT_SECRET_BASIC',
  grantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
}

/**
 * Makes a service with an ES256 key `1`, a public and a confidential client, and an owner, by the steps of the management
 * API: the same as `certbound provision` for a deployment.
 */
export async function seed(runtime: Runtime, serviceId: number, issuer: string): Promise<Seeded> {
  const { newService, newClient, newOwner } = openManagement(runtime)
  const jwks = JSON.stringify({ keys: [newSigningKey('1', 'ES256').privateJwk] })
  const { service, apiSecret, secrets } = await newService(serviceId, { ...SERVICE, issuer, jwks })
  const [serviceAccessToken = ''] = secrets.values()
  const { client: open } = await newClient('public', PUBLIC_CLIENT, service)
  const { client: confidential, secret } = await newClient('confidential', CONFIDENTIAL_CLIENT, service)
  const redirectUri = REDIRECT_URI
  return {
    serviceId,
    serviceApiKey: String(serviceId),
    serviceApiSecret: apiSecret,
    serviceAccessToken,
    ...(await newOwner()),
    clients: [
      { type: 'PUBLIC', clientId: String(open.clientId), redirectUri },
      { type: 'CONFIDENTIAL', clientId: String(confidential.clientId), clientSecret: secret, redirectUri },
    ],
    issuer,
  }
}

/** Makes one more client of a service that has been seeded. */
export async function addClient(runtime: Runtime, serviceId: number, settings: object) {
  const service = await runtime.store.registry.findService(serviceId)
  if (service === undefined) throw new Error(`there is no service ${serviceId}`)
  return openManagement(runtime).newClient('added', { ...settings }, service)
}

/**
 * Makes the client of a resource server, which may introspect tokens for any resource and gets none itself. Its certificate
 * authenticates it, which also a service with `fapi2` accepts.
 *
 * @param certificate PEM
 */
export async function addResourceServer(runtime: Runtime, serviceId: number, certificate: string) {
  const { client } = await addClient(runtime, serviceId, {
    clientName: 'Sample resource server',
    clientType: 'CONFIDENTIAL',
    tokenAuthMethod: 'TLS_CLIENT_AUTH',
    tlsClientAuthSubjectDn: distinguishedName(new X509Certificate(certificate).subject),
    grantTypes: [],
    resourceServerAudiences: ['*'],
    // If it ever got tokens, they would be bound as all others.
    tlsClientCertificateBoundAccessTokens: true,
  })
  return { clientId: String(client.clientId), remove: () => runtime.store.clients.remove(serviceId, client) }
}

/** The redirect URI of the demo client, on whatever port it was in an earlier run. */
const LOCAL_REDIRECT_URI = /^http:\/\/localhost:\d+\/cb$/

/** Lets the public client receive its answers on this machine too. */
export async function registerRedirectUri(
  { registry }: Store,
  { serviceId, clients: [{ clientId }] }: Seeded,
  uri: string,
): Promise<void> {
  await registry.changeClient(serviceId, Number(clientId), (client) => ({
    ...client,
    redirectUris: [...client.redirectUris.filter((other) => !LOCAL_REDIRECT_URI.test(other)), uri],
  }))
}

const SEED_FILE = 'seed.json'

/** What is kept of a service beside its tables. */
export interface KeptSeed extends Seeded {
  /** The addresses that the last run gave the service. Absent if the first run ended before it knew them. */
  readonly addresses?: Partial<Addresses>
}

/**
 * The secrets of a service whose tables are kept in this directory; `undefined` if they have not been made yet.
 * @throws Complaint that names the file
 */
export async function readSeed(directory: string): Promise<KeptSeed | undefined> {
  const file = join(directory, SEED_FILE)
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptSeed
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Complaint(`${file} cannot be read: remove its directory to start with a new service`, {
      cause: error,
    })
  }
}

/** For development only, and readable only by its owner. */
export async function writeSeed(directory: string, seeded: KeptSeed): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeFile(join(directory, SEED_FILE), JSON.stringify(seeded, null, 2), { mode: 0o600 })
}
