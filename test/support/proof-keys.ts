import { generateKeyPairSync, hash, randomUUID, sign } from 'node:crypto'
import { START } from './fixed-runtime.ts'
import { BASIC, BOUND, OWN, PUBLIC, type TestClient, type Walk } from './walk.ts'

type Members = Readonly<Record<string, unknown>>

const encoded = (members: Members) => Buffer.from(JSON.stringify(members)).toString('base64url')

export type ProofKey = ReturnType<typeof newProofKey>

/** A key of a client for DPoP proofs (RFC 9449), and proofs by it: right ones for `https://as.example.com/token` at `START`. */
export function newProofKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' })
  const jwk = { kty, crv, x, y }
  /** @param claims `undefined` takes one out */
  const proof = (claims: Members = {}, header: Members = {}) => {
    const asked = {
      jti: randomUUID(),
      htm: 'POST',
      htu: 'https://as.example.com/token',
      iat: START,
      ...claims,
    }
    const signed = `${encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header })}.${encoded(asked)}`
    const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${signed}.${signature.toString('base64url')}`
  }
  // RFC 7638 section 3: the required members in the order of their names.
  return { proof, jwk, jkt: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url') }
}

/** The resource that proofs of tests are for. */
export const TARGET = { htm: 'GET', htu: 'https://rs.example.com/accounts' }

/** A right proof of this second for the resource and the token but for `claims` and `header`; `undefined` takes a member out. */
export function proofOf(
  { proof }: ProofKey,
  accessToken: string,
  now: number,
  claims: Members = {},
  header: Members = {},
): string {
  const ath = hash('sha256', accessToken, 'base64url')
  return proof({ ...TARGET, ath, iat: now, ...claims }, header)
}

/** A token of an end-user that is bound to the key, made by the service. */
export async function tokenBoundTo(
  { call }: Pick<Walk, 'call'>,
  { number: clientId }: TestClient,
  { jkt: dpopKeyThumbprint }: ProofKey,
  members: Members = {},
): Promise<string> {
  const asked = { grantType: 'AUTHORIZATION_CODE', clientId, subject: 'alice', scopes: ['read'] }
  const { json } = await call('/auth/token/create', { ...asked, dpopKeyThumbprint, ...members })
  return String(json['jwtAccessToken'] ?? json['accessToken'])
}

/** Tokens of one service that are bound to the key, to nothing, and to the certificate `OWN`; the first two are of one client. */
export async function tokensOfEachBinding(walk: Walk, key: ProofKey, parameters: Members = {}) {
  const client = await walk.addClient(BASIC)
  return {
    client,
    token: await tokenBoundTo(walk, client, key),
    unbound: (await walk.granted(client, undefined, parameters)).access,
    bound: (await walk.granted(await walk.addClient(PUBLIC, BOUND), OWN, parameters)).access,
  }
}
