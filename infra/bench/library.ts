import { protectedResource } from '@certbound/resource-server'
import { generateKeyPairSync, hash, sign, X509Certificate } from 'node:crypto'
import { createServer } from 'node:http'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { listen } from '../connections/listen.ts'
import { auth0Check } from './peers/auth0.ts'
import { cpuPerCall, interleave, type Sample } from './rounds.ts'
import { table } from './table.ts'

const ISSUER = 'https://as.certbound.test'
const AUDIENCE = 'https://accounts.certbound.test'

/** Checks a request with a token. It rejects if the token is refused. */
export type Check = (token: string) => Promise<unknown>

export interface LibraryBench {
  readonly rounds: number
  readonly requests: number
  /** Whether the library of Auth0 is measured as well, which npm fetches the first time. */
  readonly peers: boolean
  /** The client's certificate, as PEM. */
  readonly certificate: string
}

/**
 * Measures a check of the library for resource servers, beside `jose` by itself, which checks no binding. Each check is measured with
 * tokens that it has seen, and with new ones.
 */
export async function measureLibrary({
  rounds,
  requests,
  peers,
  certificate,
}: LibraryBench): Promise<string[]> {
  const { jwks, newToken } = issuer(certificate)
  const server = await listen(createServer((_request, response) => response.end(JSON.stringify(jwks))))
  try {
    const checks: Record<string, Check> = {
      '@certbound/resource-server': libraryCheck(jwks, certificate),
      'jose, without a binding': joseCheck(jwks),
      ...(peers && {
        'express-oauth2-jwt-bearer': await auth0Check({
          ...{ issuer: ISSUER, audience: AUDIENCE, jwksUri: `http://127.0.0.1:${server.port}/` },
          tokenSigningAlg: 'ES256',
          getCertificate: () => certificate,
        }),
      }),
    }
    const cases = Object.entries(checks).flatMap(([name, check]) => [
      { name: `${name}: a new token`, check, tokens: () => Array.from({ length: requests }, newToken) },
      { name: `${name}: a known token`, check, tokens: () => new Array<string>(requests).fill(newToken()) },
    ])
    const measured = await interleave(cases, rounds, ({ check, tokens }) => sample(check, tokens()))
    const rows = measured.map(({ name, samples }) => {
      const { median, min, max } = cpuPerCall(samples)
      return [name, ...[median, min, max].map((value) => value.toFixed(1))]
    })
    return table(['a check of a token', 'median', 'min', 'max'], rows)
  } finally {
    await server.close()
  }
}

/** An issuer with an ES256 key, and its tokens for the holder of a certificate. No two of them are equal. */
function issuer(certificate: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'ES256', use: 'sig' }] }
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    ...{ iss: ISSUER, aud: AUDIENCE, sub: 'user', client_id: 'client', scope: 'accounts:read accounts:list' },
    ...{
      iat: now,
      exp: now + 3600,
      cnf: { 'x5t#S256': hash('sha256', new X509Certificate(certificate).raw, 'base64url') },
    },
  }
  let made = 0
  const newToken = () => {
    const text = `${encode({ alg: 'ES256', kid: '1', typ: 'at+jwt' })}.${encode({ ...claims, jti: String(made++) })}`
    const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' })
    return `${text}.${signature.toString('base64url')}`
  }
  return { jwks, newToken }
}

function libraryCheck(jwks: { readonly keys: object[] }, certificate: string): Check {
  const decide = protectedResource({ issuer: ISSUER, audience: AUDIENCE, jwks })(['accounts:read'])
  return async (token) => {
    const decision = await decide({ rawHeaders: ['authorization', `Bearer ${token}`], certificate })
    if (!decision.allowed) throw new Error(`the library refuses the token: ${decision.reason}`)
  }
}

function joseCheck(jwks: Parameters<typeof createLocalJWKSet>[0]): Check {
  const keys = createLocalJWKSet(jwks)
  const options = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'] }
  return (token) => jwtVerify(token, keys, options)
}

/** The CPU time of one check after the other, after a first one that is not measured. */
async function sample(check: Check, tokens: readonly string[]): Promise<Sample> {
  const [first = ''] = tokens
  await check(first)
  const before = process.cpuUsage()
  for (const token of tokens) await check(token)
  const { user, system } = process.cpuUsage(before)
  return { calls: tokens.length, cpuMicroseconds: user + system }
}
