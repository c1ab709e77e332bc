import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import type { Jwk, JwkSet } from '../../shared/certificate/jwk-set.ts'
import type { EpochSeconds } from '../../shared/epoch-seconds.ts'
import { digest } from '../../shared/store/digest.ts'
import { TOKEN_AUTH_METHODS, type TokenAuthMethod } from '../../shared/store/service.ts'
import type { Store } from '../../shared/store/store.ts'
import { openAssertions } from './assertions.ts'
import { setup, type VectorClient } from './bad-requests.ts'
import { fixedRuntime, START } from './fixed-runtime.ts'
import { type Format, gateway, type Sent } from './gateway.ts'
import { certificatePem } from './vectors.ts'

export const ACCESS_TOKENS = ['opaque', 'jwt'] as const
export type AccessTokens = (typeof ACCESS_TOKENS)[number]

export type VectorService = Awaited<ReturnType<typeof vectorService>>

const API_SECRET = 'the-secret-of-the-service-for-its-web-api'
/** When the clients were created: before any token of a vector. */
const CLIENTS_SINCE = (START - 30 * 86400) as EpochSeconds

/** The setup of `bad-requests.json` behind the real handlers, on an engine of its own. */
export async function vectorService(accessTokens: AccessTokens) {
  const runtime = await fixedRuntime()
  const serviceId = runtime.settings.serviceId ?? 0
  await registerService(runtime.store, serviceId, accessTokens)
  const assertions = openAssertions()
  for (const [i, [alias, client]] of Object.entries(setup.clients).entries()) {
    const jwks = jwksOf(client, assertions.jwks)
    await registerClient(runtime.store, serviceId, 1001 + i, alias, { ...client, jwks })
  }
  const send = gateway(runtime)
  const authorization = basic(String(serviceId), API_SECRET)

  /** A call of the Web API. `path` is without `/api`. */
  const callOf = (path: string, members: object): Sent => ({
    route: `/api${path}`,
    headers: { 'content-type': 'application/json', authorization },
    body: JSON.stringify(members),
  })

  return {
    runtime,
    assertions,
    send,
    callOf,
    call: (path: string, members: object, format?: Format) => send(callOf(path, members), format),
    /** The secrets, which must not be in an answer or in a line of the log. */
    secrets: [API_SECRET, ...Object.values(setup.clients).flatMap((client) => client.client_secret ?? [])],
    close: () => runtime.close(),
  }
}

/** `Authorization: Basic` of RFC 6749 section 2.3.1, for names that need no form encoding. */
export function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

async function registerService({ registry }: Store, serviceId: number, accessTokens: AccessTokens) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const about = { kid: '1', alg: 'ES256', use: 'sig' } as const
  await registry.putSigningKey(serviceId, { ...privateKey.export({ format: 'jwk' }), ...about })
  await registry.putService({
    apiKey: serviceId,
    issuer: setup.issuer,
    credentials: [{ digest: digest(API_SECRET), role: 'runtime' }],
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS],
    supportedScopes: setup.scopes.map((name) => ({ name })),
    clientIdAliasEnabled: true,
    jwks: [{ ...publicKey.export({ format: 'jwk' }), ...about, kty: 'EC' }],
    tlsClientCertificateBoundAccessTokens: true,
    clientCertificateIssuers: setup.allowed_client_issuers.map(certificatePem),
    ...(accessTokens === 'jwt' ? { accessTokenSignAlg: 'ES256' } : {}),
  })
}

/** Writes the client directly to the store, because registration refuses such short secrets. */
async function registerClient(
  { clients }: Store,
  serviceId: number,
  clientId: number,
  clientIdAlias: string,
  client: Omit<VectorClient, 'jwks'> & { readonly jwks: JwkSet | undefined },
) {
  const tokenAuthMethod = client.token_endpoint_auth_method.toUpperCase() as TokenAuthMethod
  const created = await clients.create(
    serviceId,
    {
      clientId,
      clientIdAlias,
      clientIdAliasEnabled: true,
      clientType: tokenAuthMethod === 'NONE' ? 'PUBLIC' : 'CONFIDENTIAL',
      tokenAuthMethod,
      clientSecretDigest: client.client_secret === undefined ? undefined : digest(client.client_secret),
      tlsClientAuthSubjectDn: client.tls_client_auth_subject_dn,
      tlsClientAuthSanEmail: client.tls_client_auth_san_email,
      tokenAuthSignAlg: client.token_endpoint_auth_signing_alg,
      jwks: client.jwks && { keys: [...client.jwks.keys] },
      tlsClientCertificateBoundAccessTokens: client.bound_tokens,
      grantTypes: client.grants.map((grant) => GRANT_TYPE[grant]),
      redirectUris: client.redirect_uris,
      resourceServerAudiences: client.resourceServerAudiences,
      ...(client.scopes === undefined
        ? {}
        : { extension: { requestableScopesEnabled: true, requestableScopes: client.scopes } }),
    },
    CLIENTS_SINCE,
  )
  if (!created) throw new Error(`client ${clientIdAlias} was not created`)
}

const GRANT_TYPE = {
  authorization_code: 'AUTHORIZATION_CODE',
  client_credentials: 'CLIENT_CREDENTIALS',
  refresh_token: 'REFRESH_TOKEN',
} as const

function jwksOf({ jwks }: VectorClient, ofAssertions: JwkSet): JwkSet | undefined {
  if (jwks === undefined) return undefined
  const certificate = /^x5c of (.+)$/.exec(jwks)?.[1]
  return certificate === undefined ? ofAssertions : { keys: [jwkOf(certificate)] }
}

/** The JWK of `certs/NAME.pem`, with the certificate in it. */
export function jwkOf(name: string): Jwk {
  const { publicKey, raw } = new X509Certificate(certificatePem(name))
  return { ...publicKey.export({ format: 'jwk' }), x5c: [raw.toString('base64')] }
}
