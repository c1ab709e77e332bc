import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { type JWK, SignJWT } from 'jose'

/**
 * Prints a DPoP proof (RFC 9449 section 4.2), for curl: npm run -s dpop-proof -- KEY METHOD URL [ACCESS TOKEN].
 * KEY.key.pem contains the private key of the client, which is created at the first run.
 */
const [name = 'dpop', htm = 'GET', htu = '', token = ''] = process.argv.slice(2)
const file = `${name}.key.pem`
if (!existsSync(file)) {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
}
const key = createPrivateKey(readFileSync(file))
const jwk = createPublicKey(key).export({ format: 'jwk' }) as JWK
const ath = token === '' ? {} : { ath: hash('sha256', token, 'base64url') }
const proof = new SignJWT({ jti: randomUUID(), htm, htu, iat: Math.floor(Date.now() / 1000), ...ath })
console.log(await proof.setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk }).sign(key))
