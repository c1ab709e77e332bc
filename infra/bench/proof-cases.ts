import { generateKeyPairSync, hash, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto'
import { localRuntime } from '../emulator/local-runtime.ts'
import { addClient, type Seeded } from '../emulator/site/seed.ts'
import { basic, type Case, type Sent, TOKEN_ENDPOINT } from './cases.ts'

const RESOURCE = 'https://accounts.certbound.test/accounts'
const CLIENT = {
  clientName: 'Client without a certificate',
  clientType: 'CONFIDENTIAL',
  tokenAuthMethod: 'CLIENT_SECRET_BASIC',
  grantTypes: ['CLIENT_CREDENTIALS'],
  tlsClientCertificateBoundAccessTokens: false,
}

/**
 * The cases for the cost of a DPoP proof (RFC 9449): tokens that are not bound to a certificate, and their introspection, without a proof,
 * with proofs by one key, and with proofs by many.
 *
 * @param keys how many keys there are where each request has another one: more than the server keeps (`shared/jws/kept-keys.ts`)
 * @param send sends one request and returns the body of its answer
 */
export async function proofCases(
  endpoint: string,
  { serviceId, serviceApiKey, serviceApiSecret }: Seeded,
  keys: number,
  send: (one: Case) => Promise<string>,
): Promise<Case[]> {
  const runtime = await localRuntime(endpoint, serviceId, { LOG_LEVEL: 'silent' })
  const { client, secret } = await addClient(runtime, serviceId, CLIENT)
  runtime.store.close()

  const authorization = basic(String(client.clientId), secret)
  const form = 'grant_type=client_credentials&scope=accounts%3Aread'
  const unbound: Case = {
    name: 'token, opaque, unbound',
    ...{ format: 'opaque', path: '/token', headers: { authorization }, form },
    expected: '"token_type":"Bearer"',
  }
  const proved = (pick: () => ProofKey): Case => {
    const next = () => ({ headers: { authorization, dpop: pick()({ htm: 'POST', htu: TOKEN_ENDPOINT }) } })
    return { ...unbound, expected: '"token_type":"DPoP"', next }
  }
  const asked: Omit<Case, 'name' | 'form'> = {
    ...{ format: 'opaque', path: '/api/auth/introspection', expected: '"action":"OK"' },
    headers: { authorization: basic(serviceApiKey, serviceApiSecret) },
  }
  const newToken = async (one: Case) => (JSON.parse(await send(one)) as { access_token: string }).access_token
  const held: (() => Partial<Sent>)[] = []
  for (let i = 0; i < keys; i++) {
    const key = proofKey()
    held.push(presentation(await newToken(proved(() => key)), key))
  }
  const [one = () => ({})] = held
  let turn = 0
  const inTurn = () => held[turn++ % held.length]?.() ?? {}
  const kept = proofKey()
  const introspection = 'introspection by the Web API, opaque, unbound'
  return [
    unbound,
    { ...proved(() => kept), name: 'token, opaque, with a DPoP proof' },
    { ...proved(proofKey), name: 'token, opaque, with a DPoP proof by a new key' },
    { ...asked, name: introspection, form: `token=${await newToken(unbound)}` },
    { ...asked, name: 'introspection by the Web API, with a DPoP proof', form: '', next: one },
    {
      ...asked,
      name: 'introspection by the Web API, with a DPoP proof by a new key',
      form: '',
      next: inTurn,
    },
  ]
}

/** The call of a resource server that has received the token with a proof. */
function presentation(token: string, key: ProofKey): () => Partial<Sent> {
  const ath = hash('sha256', token, 'base64url')
  return () => {
    const dpop = key({ htm: 'GET', htu: RESOURCE, ath })
    return { form: String(new URLSearchParams({ token, dpop, htm: 'GET', htu: RESOURCE })) }
  }
}

/** Makes a proof for a request. No two are equal. */
export type ProofKey = (claims: Readonly<Record<'htm' | 'htu', string>> & { readonly ath?: string }) => string

/** A new key of a client. */
export function proofKey(): ProofKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return (claims) => proof(privateKey, publicKey.export({ format: 'jwk' }), claims)
}

function proof(key: KeyObject, jwk: JsonWebKey, claims: object): string {
  const encoded = (members: object) => Buffer.from(JSON.stringify(members)).toString('base64url')
  const iat = Math.floor(Date.now() / 1000)
  const header = encoded({ typ: 'dpop+jwt', alg: 'ES256', jwk })
  const signed = `${header}.${encoded({ jti: randomUUID(), iat, ...claims })}`
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' })
  return `${signed}.${signature.toString('base64url')}`
}
