import { randomBytes, randomInt } from 'node:crypto'
import { digest } from '../../shared/store/digest.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { PublicJwk } from '../../shared/store/service.ts'
import type { Store } from '../../shared/store/store.ts'
import { type OwnerCredentials, putOwner } from '../aws/provisioning/owner.ts'
import { newSigningKey } from '../aws/provisioning/signing-key.ts'

/** Everything that a caller of a freshly seeded service needs; secrets are shown here and nowhere else. */
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

/** Everything random of a service and its two clients. */
export function newIdentity(): Omit<Seeded, 'issuer'> {
  const serviceId = randomNumber()
  return {
    serviceId,
    serviceApiKey: String(serviceId),
    serviceApiSecret: secret(),
    serviceAccessToken: secret(),
    serviceOwnerApiKey: String(randomNumber()),
    serviceOwnerApiSecret: secret(),
    organizationAccessToken: secret(),
    clients: [
      { type: 'PUBLIC', clientId: String(randomNumber()), redirectUri: REDIRECT_URI },
      {
        type: 'CONFIDENTIAL',
        clientId: String(randomNumber()),
        clientSecret: secret(),
        redirectUri: REDIRECT_URI,
      },
    ],
  }
}

/**
 * One service as the article has it (the Web API's defaults, both binding flags on, PKCE not required) with an ES256
 * key `1`, one public and one confidential client. A service that is there already keeps its settings, but for the
 * issuer, which follows the port.
 */
export async function seed(store: Store, seeded: Seeded, now: EpochSeconds): Promise<void> {
  const service = await store.registry.findService(seeded.serviceId)
  if (service !== undefined) {
    await store.registry.putService({ ...service, issuer: seeded.issuer })
    return
  }
  await seedService(store, seeded)
  for (const client of seeded.clients) await seedClient(store, seeded.serviceId, client, now)
}

/** Of the demo client, on whatever port it was in an earlier run. */
const LOCAL_REDIRECT_URI = /^http:\/\/localhost:\d+\/cb$/

/** Lets the public client receive its answers on this machine too. */
export async function registerRedirectUri(
  { registry }: Store,
  { serviceId, clients }: Seeded,
  uri: string,
): Promise<void> {
  const client = await registry.findClientByNumber(serviceId, Number(clients[0].clientId))
  if (client === undefined) return
  const others = client.redirectUris.filter((registered) => !LOCAL_REDIRECT_URI.test(registered))
  await registry.putClient(serviceId, { ...client, redirectUris: [...others, uri] })
}

async function seedService(store: Store, seeded: Seeded): Promise<void> {
  const signingKey = newSigningKey('1')
  await store.registry.putSigningKey(seeded.serviceId, signingKey)
  await store.registry.putService({
    apiKey: seeded.serviceId,
    serviceName: 'Local development',
    issuer: seeded.issuer,
    credentials: [
      { digest: digest(seeded.serviceApiSecret), role: 'manage' },
      { digest: digest(seeded.serviceAccessToken), role: 'manage' },
    ],
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedTokenAuthMethods: ['NONE', 'CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'TLS_CLIENT_AUTH'],
    supportedScopes: [
      { name: 'accounts:read', description: 'Read accounts' },
      { name: 'payments:write', description: 'Make payments' },
    ],
    clientIdAliasEnabled: true,
    jwks: [PublicJwk.parse(signingKey)],
    tlsClientCertificateBoundAccessTokens: true,
  })
  await putOwner(store.registry, seeded)
}

async function seedClient(
  store: Store,
  service: number,
  seeded: SeededClient,
  now: EpochSeconds,
): Promise<void> {
  const { type, clientId, clientSecret, redirectUri } = seeded
  const client = {
    clientId: Number(clientId),
    clientName: type === 'PUBLIC' ? 'Public client' : 'Confidential client',
    clientType: type,
    redirectUris: [redirectUri],
    tlsClientCertificateBoundAccessTokens: true,
  }
  const created = await store.clients.create(
    service,
    clientSecret === undefined
      ? { ...client, tokenAuthMethod: 'NONE', grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] }
      : {
          ...client,
          tokenAuthMethod: 'CLIENT_SECRET_BASIC',
          clientSecretDigest: digest(clientSecret),
          grantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
        },
    now,
  )
  if (!created) throw new Error('a random client number was taken')
}

/** Fourteen digits, as the article's: within six bytes and within the integers of JSON. */
function randomNumber(): number {
  return randomInt(1e13, 2 ** 47)
}

/** 86 characters, 512 bits (Authlete contract, section 2.13). */
function secret(): string {
  return randomBytes(64).toString('base64url')
}
