import { createHmac, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import * as z from 'zod/mini'
import { load } from './vectors.ts'

type Members = Readonly<Record<string, unknown>>

const part = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')

/** A JWS with ES256. A string for a header or claims is taken as it is. */
export function jws(header: unknown, claims: unknown, key: KeyObject): string {
  const input = `${part(header)}.${part(claims)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

const { token: articleToken } = load('article/access-token.json', z.looseObject({ token: z.string() }))

/**
 * Tokens with the form of a JWT access token and one defect each. The key of the issuer signs them, except where the signature is
 * the defect.
 *
 * @param good an access token that was issued
 */
export function forgedTokens(good: string, key: KeyObject): Readonly<Record<string, string>> {
  const header = decodeProtectedHeader(good) as Members
  const claims = decodeJwt(good) as Members
  const signed = (changes: Members, inHeader: Members = {}) =>
    jws({ ...header, ...inHeader }, { ...claims, ...changes }, key)
  const now = Number(claims['iat'])
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const client = String(claims['client_id'])
  const { iss, aud } = claims
  const idToken = {
    iss,
    aud: client,
    sub: 'testuser01',
    exp: now + 600,
    iat: now,
    nonce: 'n',
    auth_time: now,
  }
  const assertion = { iss: client, sub: client, aud: iss, jti: 'j', exp: now + 60, iat: now }
  const [head = '', body = '', signature = ''] = good.split('.')
  const flipped = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1)

  return {
    "the article's own token": articleToken,
    'an ID token': jws({ alg: 'ES256', kid: '1' }, idToken, key),
    'an ID token with typ JWT for this very resource': jws(
      { alg: 'ES256', kid: '1', typ: 'JWT' },
      { ...claims, ...idToken, aud },
      key,
    ),
    'a client assertion': jws({ alg: 'ES256', kid: '1', typ: 'JWT' }, assertion, key),
    'a client assertion with the type at+jwt': jws(header, assertion, key),
    'no typ': signed({}, { typ: undefined }),
    'another typ': signed({}, { typ: 'dpop+jwt' }),
    'a typ with more': signed({}, { typ: 'at+jwt;x' }),
    'alg none': `${part({ ...header, alg: 'none' })}.${body}.`,
    'alg none with a signature': `${part({ ...header, alg: 'none' })}.${body}.${signature}`,
    ...hmacWithPublicKey(header, body, key),
    'another algorithm for this key': signed({}, { alg: 'ES384' }),
    'another issuer': signed({ iss: 'https://other.example.com' }),
    'the issuer with a slash': signed({ iss: `${String(iss)}/` }),
    'no issuer': signed({ iss: undefined }),
    'another audience': signed({ aud: 'https://other.example.com' }),
    'other audiences': signed({ aud: ['https://other.example.com', client] }),
    'no audience': signed({ aud: undefined }),
    'an audience in an object': signed({ aud: { 0: aud } }),
    'no end': signed({ exp: undefined }),
    'an end in words': signed({ exp: 'tomorrow' }),
    'an end that was': signed({ exp: now - 1 }),
    'a beginning that is not yet': signed({ nbf: now + 600 }),
    'no client': signed({ client_id: undefined }),
    'a client that is not a text': signed({ client_id: 5 }),
    'no subject': signed({ sub: undefined }),
    'no jti': signed({ jti: undefined }),
    'no time of issue': signed({ iat: undefined }),
    'a changed signature': `${head}.${body}.${flipped(signature)}`,
    'a changed payload': `${head}.${part({ ...claims, scope: 'admin' })}.${signature}`,
    'a changed header': `${part({ ...header, x: 1 })}.${body}.${signature}`,
    'no signature': `${head}.${body}.`,
    'the signature of another key': jws(header, claims, other.privateKey),
    'a key of its own': jws(
      { ...header, kid: undefined, jwk: other.publicKey.export({ format: 'jwk' }) },
      claims,
      other.privateKey,
    ),
    'an unknown kid': signed({}, { kid: '2' }),
    'a kid of every object': signed({}, { kid: '__proto__' }),
    'a kid that is a path': signed({}, { kid: '../1' }),
    'a kid without end': signed({}, { kid: 'x'.repeat(5000) }),
    'a kid that is not a text': signed({}, { kid: 1 }),
    'an extension that nobody knows': signed({}, { crit: ['x'], x: 1 }),
    'a payload that is not encoded': signed({}, { crit: ['b64'], b64: false }),
    'a member twice': jws(
      header,
      JSON.stringify(claims).replace('{', '{"iss":"https://other.example.com",'),
      key,
    ),
    'a member of the header twice': jws(JSON.stringify(header).replace('{', '{"typ":"JWT",'), claims, key),
    'a payload that is a list': jws(header, [claims], key),
    padding: `${good}==`,
    'a second spelling': `${good.slice(0, -1)}${nextCharacter(good.slice(-1))}`,
    'five parts': `${good}.${signature}.`,
    'cnf with only a key': signed({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
    'cnf null': signed({ cnf: null }),
    'cnf in words': signed({ cnf: 'none' }),
    'cnf that is a list': signed({ cnf: [claims['cnf']] }),
    'cnf that is empty': signed({ cnf: {} }),
    'no cnf': signed({ cnf: undefined }),
  }
}

function hmacWithPublicKey(header: Members, body: string, key: KeyObject) {
  const publicKey = createPublicKey(key)
  const secrets = {
    PEM: publicKey.export({ type: 'spki', format: 'pem' }),
    DER: publicKey.export({ type: 'spki', format: 'der' }),
    JWK: JSON.stringify(publicKey.export({ format: 'jwk' })),
  }
  const input = `${part({ ...header, alg: 'HS256' })}.${body}`
  return Object.fromEntries(
    Object.entries(secrets).map(([form, secret]) => [
      `HS256 with the public key as ${form}`,
      `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`,
    ]),
  )
}

/** The last character of a signature of 64 bytes has two bits that decoders ignore. */
function nextCharacter(last: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return alphabet[alphabet.indexOf(last) + 1] ?? ''
}
