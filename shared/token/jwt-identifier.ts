import { decodeBase64 } from '../base64.ts'
import { JWS_ALGORITHMS } from '../certificate/jws-algorithms.ts'
import { isJsonObject, type JsonObject, parseJson } from '../json.ts'

/** The reason to refuse a text that is not a JWT access token. */
export type NoIdentifier = 'token-not-signed' | 'token-without-identifier' | 'token-identifier-empty'

/**
 * Reads the `jti` of a JWS with an asymmetric algorithm. The signature is not verified, because the stored digest of the whole token
 * is the proof (decision D36).
 */
export function readIdentifier(jwt: string): { readonly jti: string } | NoIdentifier {
  const [header, payload, signature, ...more] = jwt.split('.')
  if (header === undefined || payload === undefined || !signature || more.length > 0)
    return 'token-not-signed'
  const alg = decode(header)?.['alg']
  if (typeof alg !== 'string' || !JWS_ALGORITHMS.has(alg)) return 'token-not-signed'
  const jti = decode(payload)?.['jti']
  if (jti === null || jti === '') return 'token-identifier-empty'
  return typeof jti === 'string' ? { jti } : 'token-without-identifier'
}

function decode(part: string): JsonObject | undefined {
  const value = parseJson(decodeBase64(part)?.toString() ?? '')
  return isJsonObject(value) ? value : undefined
}
