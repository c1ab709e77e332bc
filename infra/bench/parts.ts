import { generateKeyPairSync } from 'node:crypto'
import { readCertificate } from '../../shared/certificate/pem.ts'
import { thumbprint } from '../../shared/certificate/thumbprint.ts'
import { parseParameters } from '../../shared/request/form.ts'
import type { Runtime } from '../../shared/runtime.ts'
import { digest } from '../../shared/store/digest.ts'
import { signJwt } from '../../shared/token/sign.ts'
import { locateOpaque, makeOpaque } from '../../shared/token/token-string.ts'
import { ISSUER } from './services.ts'

const LOCATOR = { client: 26888344961664, grantId: 'AAAAAAAAAAAAAAAAAAAAAA' }
const FORM = 'grant_type=client_credentials&scope=accounts%3Aread+payments%3Awrite'
const RULES = {
  malformed: 'parameters-malformed',
  repeated: { grant_type: 'grant-type-repeated', scope: 'scope-repeated' },
} as const

/** The pieces of a token request and of introspection, as architecture, section 7 names them. */
export function partCases({ random, now }: Runtime, certificate: string) {
  const opaque = makeOpaque(LOCATOR, random)
  return [
    { name: 'thumbprint of a PEM text', call: () => bound(certificate) },
    { name: 'opaque token and its digest', call: () => digest(makeOpaque(LOCATOR, random)) },
    { name: 'opaque token located', call: () => locateOpaque(opaque) },
    { name: 'JWT signed, ES256', call: signer(now(), certificate) },
    { name: 'parameters of a token request', call: () => parseParameters(FORM, RULES) },
  ]
}

function bound(certificate: string) {
  const der = readCertificate(certificate)
  if (der === undefined) throw new Error('no certificate')
  return thumbprint(der)
}

function signer(now: number, certificate: string) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const claims = {
    iss: ISSUER,
    sub: String(LOCATOR.client),
    aud: ISSUER,
    client_id: String(LOCATOR.client),
    scope: 'accounts:read',
    cnf: { 'x5t#S256': bound(certificate) },
    exp: now + 86_400,
    iat: now,
    jti: 'A'.repeat(52),
  }
  return () => signJwt('at+jwt', claims, { alg: 'ES256', kid: '1', key: privateKey })
}
