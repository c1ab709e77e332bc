import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { TOKEN_AUTH_METHODS } from '../../../shared/store/service.ts'
import type { Store } from '../../../shared/store/store.ts'
import { Complaint } from '../../command.ts'
import { openManagement } from '../../aws/provisioning/management.ts'
import type { OwnerCredentials } from '../../aws/provisioning/owner.ts'
import { newSigningKey } from '../../aws/provisioning/secure-settings.ts'
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
  const jwks = JSON.stringify({ keys: [newSigningKey('1')] })
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
