import { randomBytes, randomInt } from 'node:crypto'
import type * as z from 'zod/mini'
import { digest } from '../../shared/store/digest.ts'
import type { Runtime } from '../../shared/runtime/runtime.ts'
import { Client } from '../../shared/store/client.ts'
import { type Service, TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'
import { contentOf, tokensOf } from './answers.ts'
import type { FixedRuntime } from './fixed-runtime.ts'
import { type CallOptions, gateway, type Send, webApi } from './gateway.ts'
import { newSigningKey } from './signing-keys.ts'
import { certificatePem } from './vectors.ts'

export const REDIRECT_URI = 'https://client.example.org/cb/example.com'
export const SUBJECT = 'testuser01'
export const OWN = certificatePem('client-ec-p256')
export const RENEWED = certificatePem('client-ec-p256-renewed')
export const OTHER = certificatePem('client-other')

type ServiceSettings = z.input<typeof Service>
type ClientSettings = z.input<typeof Client>
/** The members of a form or a call; `undefined` removes a member that would be there. */
type Members = Readonly<Record<string, unknown>>

export interface TestClient {
  readonly number: number
  readonly id: string
  readonly secret: string
  readonly settings: ClientSettings
}

export const PUBLIC: Partial<ClientSettings> = {
  clientType: 'PUBLIC',
  tokenAuthMethod: 'NONE',
  grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
}
export const BASIC: Partial<ClientSettings> = {
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'CLIENT_SECRET_BASIC',
  grantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
}
export const POST: Partial<ClientSettings> = { ...BASIC, tokenAuthMethod: 'CLIENT_SECRET_POST' }
export const TLS: Partial<ClientSettings> = {
  ...BASIC,
  tokenAuthMethod: 'TLS_CLIENT_AUTH',
  tlsClientAuthSubjectDn: 'CN=client.example.org,O=Client1,L=Chiyoda-ku,ST=Tokyo,C=JP',
}
export const BOUND = { tlsClientCertificateBoundAccessTokens: true } as const
export const UNBOUND = { tlsClientCertificateBoundAccessTokens: false } as const
/** The forms of access tokens, and the settings of a service that issues them. */
export const TOKEN_FORMS = [
  ['opaque', {}],
  ['JWT', { accessTokenSignAlg: 'ES256' }],
] as const
/** A setting of a service that takes all methods, and not only those that a walk has by itself. */
export const EVERY_METHOD = { supportedTokenAuthMethods: [...TOKEN_AUTH_METHODS] }

/**
 * A service of its own in the registry, both with the Web API and as the one of the OAuth face, with an ES256 key `1`,
 * binding on, and functions that send the requests of a client and of an authorization server to it.
 *
 * @param sender what takes the requests to functions over the same tables; without it they are in this process
 */
export async function openWalk<R extends Runtime>(
  runtime: R,
  settings: Partial<ServiceSettings> = {},
  sender?: Send,
) {
  const secrets = { manage: newSecret(), runtime: newSecret(), introspect: newSecret() }
  const keys = newSigningKey('1', 'ES256')
  const initial: ServiceSettings = {
    apiKey: newNumber(),
    serviceName: 'Test service',
    issuer: 'https://as.example.com',
    credentials: Object.entries(secrets).map(([role, secret]) => ({
      digest: digest(secret),
      role: role as keyof typeof secrets,
    })),
    supportedGrantTypes: ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN'],
    supportedTokenAuthMethods: ['NONE', 'CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'TLS_CLIENT_AUTH'],
    supportedScopes: [{ name: 'read', description: 'Read' }, { name: 'write' }, { name: 'admin' }],
    jwks: [{ ...keys.open, kty: 'EC' }],
    privateKeyIds: ['1'],
    ...BOUND,
    ...settings,
  }
  let service = initial
  const number = service.apiKey
  const serviceId = String(number)
  await runtime.store.registry.putService(service)
  await runtime.store.registry.putSigningKey(number, keys.own)
  await runtime.store.proofs.putNonceKey(number, randomBytes)
  const send = sender ?? gateway({ ...runtime, settings: { ...runtime.settings, serviceId: number } })

  async function setService(change: Partial<ServiceSettings>): Promise<void> {
    service = { ...service, ...change }
    await runtime.store.registry.putService(service)
  }

  /** The service as it was opened. */
  async function resetService(): Promise<void> {
    if (service !== initial) await runtime.store.registry.putService((service = initial))
  }

  async function addClient(kind: Partial<ClientSettings>, more: Partial<ClientSettings> = {}) {
    const clientId = more.clientId ?? newNumber()
    const secret = newSecret()
    const settings: ClientSettings = {
      clientName: 'Test client',
      redirectUris: [REDIRECT_URI],
      clientSecretDigest: digest(secret),
      ...kind,
      ...more,
      clientId,
    }
    if (!(await runtime.store.clients.create(number, settings, runtime.now())))
      throw new Error('client taken')
    return { number: clientId, id: String(clientId), secret, settings } satisfies TestClient
  }

  const setClient = (client: TestClient, change: Partial<ClientSettings>): Promise<void> =>
    runtime.store.registry.putClient(number, { ...client.settings, ...change })
  const setLocked = ({ settings }: TestClient, locked: boolean) =>
    runtime.store.clients.setLocked(number, Client.parse(settings), locked)

  const { api, v2, v3, call } = webApi(send, serviceId, secrets.manage)

  /** A call by v3 with a form in place of JSON. */
  const callByForm = (path: string, members: Members) => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return v3('POST', path, form(members), { authorization: `Bearer ${secrets.manage}`, ...type })
  }

  const authorize = (client: TestClient, parameters: Members = {}, options?: CallOptions) => {
    const asked = { response_type: 'code', client_id: client.id, redirect_uri: REDIRECT_URI, ...parameters }
    return call('/auth/authorization', { parameters: form(asked) }, options)
  }

  const issue = (ticket: unknown, members: Members = {}, options?: CallOptions) =>
    call('/auth/authorization/issue', { ticket, subject: SUBJECT, ...members }, options)

  /** Both steps. */
  async function code(client: TestClient, parameters: Members = {}, members: Members = {}): Promise<string> {
    const { json } = await authorize(client, parameters)
    const issued = await issue(json['ticket'], members)
    return issued.json['authorizationCode'] as string
  }

  const token = (client: TestClient, parameters: Members, members: Members = {}, options?: CallOptions) =>
    call('/auth/token', { ...authenticated(client, parameters), ...members }, options)

  const redeem = (client: TestClient, code: string, certificate?: string, parameters: Members = {}) => {
    const asked = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, ...parameters }
    return token(client, asked, { clientCertificate: certificate })
  }

  const refresh = (
    client: TestClient,
    refreshToken: string,
    certificate?: string,
    parameters: Members = {},
  ) =>
    token(
      client,
      { grant_type: 'refresh_token', refresh_token: refreshToken, ...parameters },
      { clientCertificate: certificate },
    )

  const credentials = (client: TestClient, certificate?: string, parameters: Members = {}) =>
    token(client, { grant_type: 'client_credentials', ...parameters }, { clientCertificate: certificate })

  /** Runs the code flow, from the authorization request to the tokens. */
  const granted = async (client: TestClient, certificate?: string, parameters: Members = {}) =>
    tokensOf(await redeem(client, await code(client, parameters), certificate))

  const introspect = (token: string, certificate?: string, members: Members = {}) =>
    call('/auth/introspection', { token, clientCertificate: certificate, ...members })

  const standard = async (token: string) =>
    contentOf(await call('/auth/introspection/standard', { parameters: form({ token }) }))

  /** The OAuth face, over a connection with or without a certificate. */
  function post(
    route: string,
    parameters: Members,
    certificate?: string,
    headers: Record<string, string> = {},
  ) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    return send({ route, headers: { ...type, ...headers }, body: form(parameters), certificate })
  }

  return {
    ...{ runtime, number, serviceId, secrets, send, setService, resetService },
    ...{ addClient, setClient, setLocked, api, v2, v3, call, callByForm },
    ...{ authorize, issue, code, token, redeem, refresh, credentials, granted },
    ...{ introspect, standard, post },
    signingKey: keys.privateKey,
  }
}

export type Walk<R extends Runtime = FixedRuntime> = Awaited<ReturnType<typeof openWalk<R>>>
/** Wherever its functions run. */
export type AnyWalk = Walk<Runtime>

/** A list is the parameter several times. */
export function form(parameters: Members): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((single): [string, unknown] => [name, single]),
  )
  const present = pairs.filter(([, value]) => value !== undefined)
  return new URLSearchParams(
    present.map(([name, value]): [string, string] => [name, String(value)]),
  ).toString()
}

export function basic({ id, secret }: TestClient): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` }
}

/** Members of a call, with the client's credentials in the place that its method requires. */
export function authenticated(client: TestClient, parameters: Members): Members {
  const basic = client.settings.tokenAuthMethod === 'CLIENT_SECRET_BASIC'
  return basic
    ? { parameters: form(parameters), clientId: client.id, clientSecret: client.secret }
    : { parameters: form({ ...formCredentials(client), ...parameters }) }
}

function formCredentials({ id, secret, settings }: TestClient): Members {
  return {
    client_id: id,
    client_secret: settings.tokenAuthMethod === 'CLIENT_SECRET_POST' ? secret : undefined,
  }
}

/** Fourteen digits, as the numbers of the article have. */
const newNumber = () => randomInt(1e13, 1e14)
const newSecret = () => randomBytes(64).toString('base64url')
