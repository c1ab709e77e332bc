import { generateKeyPairSync, hash, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, SignJWT } from 'jose'
import type { Walk } from './walk.ts'
import type { TestClient } from './walk.ts'

type Members = Readonly<Record<string, unknown>>

export interface DpopKey {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
  readonly jkt: string
}

export async function newDpopKey(): Promise<DpopKey> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return { ...pair, jkt: await calculateJwkThumbprint(pair.publicKey.export({ format: 'jwk' })) }
}

/** The resource that proofs of tests are for. */
export const TARGET = { htm: 'GET', htu: 'https://rs.example.com/accounts' }

/** A right proof of this second but for `claims` and `header`; `undefined` takes a member out. */
export function proofOf(
  { publicKey, privateKey }: DpopKey,
  accessToken: string,
  now: number,
  claims: Members = {},
  header: Members = {},
): Promise<string> {
  const ath = hash('sha256', accessToken, 'base64url')
  const protectedHeader = {
    alg: 'ES256',
    typ: 'dpop+jwt',
    jwk: publicKey.export({ format: 'jwk' }),
    ...header,
  }
  return new SignJWT({ jti: crypto.randomUUID(), ...TARGET, ath, iat: now, ...claims })
    .setProtectedHeader(protectedHeader)
    .sign(privateKey)
}

/** A token of an end-user that is bound to the key, made by the service. */
export async function tokenBoundTo(
  { call }: Pick<Walk, 'call'>,
  { number: clientId }: TestClient,
  { jkt: dpopKeyThumbprint }: DpopKey,
  members: Members = {},
): Promise<string> {
  const asked = { grantType: 'AUTHORIZATION_CODE', clientId, subject: 'alice', scopes: ['read'] }
  const { json } = await call('/auth/token/create', { ...asked, dpopKeyThumbprint, ...members })
  return String(json['jwtAccessToken'] ?? json['accessToken'])
}
