import { generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto'
import { SignJWT } from 'jose'
import { type Identities, SELF_SIGNED } from './identities.ts'
import type { LogWatch } from './log-watch.ts'
import type { WebApi } from './web-api.ts'
import { ClientTruth } from './truth.ts'

export const REDIRECT_URI = 'https://client.example.org/cb/example.com'

type Method =
  | 'NONE'
  | 'CLIENT_SECRET_BASIC'
  | 'CLIENT_SECRET_POST'
  | 'TLS_CLIENT_AUTH'
  | 'SELF_SIGNED_TLS_CLIENT_AUTH'
  | 'PRIVATE_KEY_JWT'

export interface SoakClient {
  readonly number: number
  readonly secret: string
  readonly method: Method
  /** The identity that its tokens are bound to. */
  readonly holds: string
  readonly bound: boolean
  readonly truth: ClientTruth
}

/** A P-256 key of all clients that authenticate by assertions. */
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ASSERTION_KEY = { ...publicKey.export({ format: 'jwk' }), kid: 'soak', alg: 'ES256', use: 'sig' }

const GRANT_TYPES = ['AUTHORIZATION_CODE', 'CLIENT_CREDENTIALS', 'REFRESH_TOKEN']

export interface Wish {
  readonly method: Method
  readonly holds: string
  readonly bound?: boolean
  /** Makes it a resource server. */
  readonly audiences?: readonly string[]
}

/** One client of each kind. */
export const WISHES: readonly Wish[] = [
  { method: 'NONE', holds: 'soak-a' },
  { method: 'CLIENT_SECRET_BASIC', holds: 'soak-b' },
  { method: 'CLIENT_SECRET_POST', holds: 'soak-c' },
  { method: 'TLS_CLIENT_AUTH', holds: 'soak-d' },
  { method: 'SELF_SIGNED_TLS_CLIENT_AUTH', holds: SELF_SIGNED },
  { method: 'PRIVATE_KEY_JWT', holds: 'soak-b' },
  { method: 'CLIENT_SECRET_BASIC', holds: 'soak-c', bound: false },
]

/** @returns `undefined` if the store was away */
export async function registerClient(
  { method, holds, bound = true, audiences }: Wish,
  {
    webApi,
    identities,
    watch,
  }: { readonly webApi: WebApi; readonly identities: Identities; readonly watch: LogWatch },
): Promise<SoakClient | undefined> {
  const isPublic = method === 'NONE'
  const grantTypes = isPublic ? ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'] : audiences ? [] : GRANT_TYPES
  const { json, status } = await webApi('client create', '/client/create', {
    ...{ clientName: 'Soak', redirectUris: [REDIRECT_URI], tokenAuthMethod: method, grantTypes },
    clientType: isPublic ? 'PUBLIC' : 'CONFIDENTIAL',
    tlsClientCertificateBoundAccessTokens: bound,
    ...keysOf(method, holds, identities),
    ...(audiences && { resourceServerAudiences: audiences }),
  })
  if (status !== 201 && status !== 200) return undefined
  const { clientId, clientSecret = '' } = json as { clientId: number; clientSecret?: string }
  watch.keep(clientSecret)
  return { number: clientId, secret: clientSecret, method, holds, bound, truth: new ClientTruth() }
}

function keysOf(method: Method, holds: string, identities: Identities): object {
  if (method === 'TLS_CLIENT_AUTH') return { tlsClientAuthSubjectDn: `CN=${holds},O=Certbound Development` }
  if (method === 'PRIVATE_KEY_JWT') return { jwks: JSON.stringify({ keys: [ASSERTION_KEY] }) }
  if (method !== 'SELF_SIGNED_TLS_CLIENT_AUTH') return {}
  const certificate = new X509Certificate(identities.of(holds).cert)
  const jwk = {
    ...certificate.publicKey.export({ format: 'jwk' }),
    x5c: [certificate.raw.toString('base64')],
  }
  return { jwks: JSON.stringify({ keys: [jwk] }) }
}

/** How a client authenticates: parameters of the form, and a header. */
export interface Credentials {
  readonly parameters: Readonly<Record<string, string>>
  readonly basic?: { readonly id: string; readonly secret: string }
}

/** @param secret another one than its own */
export async function credentialsOf(
  client: SoakClient,
  issuer: string,
  secret = client.secret,
): Promise<Credentials> {
  const { method } = client
  const id = String(client.number)
  if (method === 'CLIENT_SECRET_BASIC') return { parameters: {}, basic: { id, secret } }
  if (method === 'CLIENT_SECRET_POST') return { parameters: { client_id: id, client_secret: secret } }
  if (method === 'PRIVATE_KEY_JWT') return { parameters: await assertion(id, issuer) }
  return { parameters: { client_id: id } }
}

async function assertion(id: string, issuer: string) {
  const signed = await new SignJWT({ iss: id, sub: id, aud: issuer, jti: randomUUID() })
    .setProtectedHeader({ alg: 'ES256', kid: 'soak' })
    .setExpirationTime('1m')
    .sign(privateKey)
  return {
    client_id: id,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: signed,
  }
}

export const basicHeader = ({ id, secret }: NonNullable<Credentials['basic']>) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
