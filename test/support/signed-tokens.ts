import { generateKeyPairSync, hash, type KeyObject, X509Certificate } from 'node:crypto'
import type {
  ProtectedResource,
  ProtectedResourceOptions,
} from '../../shared/resource-server/protected-resource.ts'
import { identity } from '../infra/emulator/tls-client.ts'
import { jws } from './forged-tokens.ts'
import type { Identity } from './resource-servers.ts'

export const HOLDER = identity('client-ec-p256')
export const THIEF = identity('client-other')
export const thumbprintOf = ({ cert }: Pick<Identity, 'cert'>) =>
  hash('sha256', new X509Certificate(cert).raw, 'base64url')

/** An issuer that consists of one key, and its access tokens, which are bound to the certificate of `HOLDER`. */
export function signedTokens(issuer = 'https://as.example.com') {
  const audience = 'https://accounts.example.com'
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    ...{ iss: issuer, aud: audience, sub: 's', client_id: 'c', jti: 'j', scope: 'read' },
    ...{ iat: now, exp: now + 3600, cnf: { 'x5t#S256': thumbprintOf(HOLDER) } },
  }
  const jwt = (changes: object = {}, header: object = {}, key: KeyObject = privateKey) =>
    jws({ alg: 'ES256', kid: '1', typ: 'at+jwt', ...header }, { ...claims, ...changes }, key)
  const options = { issuer, audience, jwks: { keys: [jwk] } } satisfies ProtectedResourceOptions
  return { options, claims, jwk, jwt, privateKey }
}

/** The decision about a bearer token that the holder of the certificate presents: `allowed`, or the status and the reason. */
export async function decision(
  resource: ProtectedResource,
  token: string,
  scopes: readonly string[] = ['read'],
) {
  const rawHeaders = ['authorization', `Bearer ${token}`]
  const decided = await resource(scopes)({ rawHeaders, certificate: HOLDER.cert })
  return decided.allowed ? 'allowed' : `${decided.status} ${decided.reason}`
}
