import type { Runtime } from '../../../shared/runtime/runtime.ts'
import { AUTHENTICATION_METHODS } from '../../../shared/store/authentication-methods.ts'
import { FAPI2 } from '../../../shared/store/profile.ts'
import { TOKEN_AUTH_METHODS, type TokenAuthMethod } from '../../../shared/store/service.ts'
import type { Store } from '../../../shared/store/store.ts'
import { subjectOf } from '../../connections/identity.ts'
import { openManagement } from '../../management/management.ts'
import type { OwnerCredentials } from '../../management/owner.ts'
import { newSigningKey } from '../../signing-key.ts'

/** The facts that callers of a newly seeded service need. The tables contain only digests of the secrets. */
export interface Seeded extends OwnerCredentials {
  readonly issuer: string
  readonly serviceId: number
  readonly serviceApiKey: string
  readonly serviceApiSecret: string
  readonly serviceAccessToken: string
  /** The public clients. The first is the demo client of the front end. */
  readonly clients: readonly [RedirectedClient, RedirectedClient, ...RedirectedClient[]]
  /** The client of the sample resource server. */
  readonly resourceServer: SeededClient
}

export interface SeededClient {
  readonly clientName: string
  readonly type: 'PUBLIC' | 'CONFIDENTIAL'
  readonly tokenAuthMethod: TokenAuthMethod
  readonly clientId: string
  /** The secret, if the client's method uses one. */
  readonly clientSecret?: string
  readonly certificate: ClientCertificate
}

interface RedirectedClient extends SeededClient {
  readonly redirectUri: string
}

/**
 * The file names of the client certificates. `RESOURCE_SERVER` is that of the sample resource server. `STRANGER` belongs to no client: the
 * edge trusts it, but no token is bound to it.
 */
export const CLIENT_CERTIFICATES = {
  PUBLIC: 'public-client',
  CONFIDENTIAL: 'confidential-client',
  DPOP: 'dpop-client',
  RESOURCE_SERVER: 'resource-server',
  STRANGER: 'stranger',
} as const
export type ClientCertificate = (typeof CLIENT_CERTIFICATES)[keyof typeof CLIENT_CERTIFICATES]

const REDIRECT_URI = 'https://client.example.org/cb/example.com'

/** The service of the article. It has the Web API's defaults, so PKCE is not required, and every token is bound. */
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
/** The settings of the service with `--fapi2`. */
const FAPI2_SERVICE = {
  ...SERVICE,
  fapi2: true,
  supportedTokenAuthMethods: FAPI2.client.tokenAuthMethod.allows.enum,
  shortClientSecretsAllowed: false,
  pkceRequired: true,
  pkceS256Required: true,
  refreshTokenKept: true,
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

/** The client that replaces the confidential client with `--fapi2`, which allows no secrets. */
const CERTIFICATE_CLIENT = {
  ...CONFIDENTIAL_CLIENT,
  clientName: 'Certificate client',
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: subjectOf(CLIENT_CERTIFICATES.CONFIDENTIAL),
}

/** A client that authenticates with its certificate, and whose tokens are bound to the key of its proofs. */
const DPOP_CLIENT = {
  ...CONFIDENTIAL_CLIENT,
  clientName: 'DPoP client',
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: subjectOf(CLIENT_CERTIFICATES.DPOP),
  tlsClientCertificateBoundAccessTokens: false,
  dpopRequired: true,
}

/** The client of the sample resource server. It may introspect tokens for any resource and cannot get tokens. It authenticates with its
 * certificate, which `fapi2` also accepts. */
const SAMPLE_SERVER = {
  clientName: 'Sample resource server',
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: subjectOf(CLIENT_CERTIFICATES.RESOURCE_SERVER),
  grantTypes: [],
  resourceServerAudiences: ['*'],
  // If it could get tokens, they would be bound like all others.
  tlsClientCertificateBoundAccessTokens: true,
}

/**
 * Creates a service with an ES256 key `1`, its clients and an owner, with the steps of the management API, as `certbound provision` does for
 * a deployment.
 *
 * @param fapi2 whether the service has the FAPI 2.0 Security Profile, which allows no public clients
 */
export async function seed(
  runtime: Runtime,
  serviceId: number,
  issuer: string,
  fapi2 = false,
): Promise<Seeded> {
  const { newService, newClient, newOwner } = openManagement(runtime)
  const jwks = JSON.stringify({ keys: [newSigningKey('1', 'ES256').privateJwk] })
  const { service, apiSecret, secrets } = await newService(serviceId, {
    ...(fapi2 ? FAPI2_SERVICE : SERVICE),
    ...{ issuer, jwks },
  })
  const [serviceAccessToken = ''] = secrets.values()
  const seedClient = async (name: ClientCertificate, members: object): Promise<SeededClient> => {
    const { client, secret } = await newClient(name, { ...members }, service)
    const { clientId, clientName = '', clientType: type, tokenAuthMethod } = client
    const usesSecret = AUTHENTICATION_METHODS[tokenAuthMethod].needs === 'secret'
    return {
      ...{ clientName, type, tokenAuthMethod, clientId: String(clientId) },
      ...(usesSecret && { clientSecret: secret }),
      certificate: name,
    }
  }
  const { PUBLIC, CONFIDENTIAL, DPOP, RESOURCE_SERVER } = CLIENT_CERTIFICATES
  const redirected = async (name: ClientCertificate, members: object): Promise<RedirectedClient> => ({
    ...(await seedClient(name, members)),
    redirectUri: REDIRECT_URI,
  })
  const dpopClient = () => redirected(DPOP, DPOP_CLIENT)
  return {
    serviceId,
    serviceApiKey: String(serviceId),
    serviceApiSecret: apiSecret,
    serviceAccessToken,
    ...(await newOwner()),
    clients: fapi2
      ? [await redirected(CONFIDENTIAL, CERTIFICATE_CLIENT), await dpopClient()]
      : [
          await redirected(PUBLIC, PUBLIC_CLIENT),
          await redirected(CONFIDENTIAL, CONFIDENTIAL_CLIENT),
          await dpopClient(),
        ],
    resourceServer: await seedClient(RESOURCE_SERVER, SAMPLE_SERVER),
    issuer,
  }
}

/** Creates another client of a seeded service. */
export async function addClient(runtime: Runtime, serviceId: number, settings: object) {
  const service = await runtime.store.registry.findService(serviceId)
  if (service === undefined) throw new Error(`there is no service ${serviceId}`)
  return openManagement(runtime).newClient('added', { ...settings }, service)
}

/** The redirect URI of the demo client, with the port of any earlier run. */
const LOCAL_REDIRECT_URI = /^http:\/\/127\.0\.0\.1:\d+\/cb$/

/** Registers the redirect URI of the demo client on this machine. */
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
