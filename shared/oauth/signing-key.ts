import type { KeyObject } from 'node:crypto'
import type { Registry } from '../store/registry.ts'
import type { Service } from '../store/service.ts'

export interface SigningKey {
  readonly kid: string
  readonly key: KeyObject
}

/** The public half of the key that signs access tokens: the one that is named, or the first that fits. */
function accessTokenKey(service: Service): Service['jwks'][number] | undefined {
  const { accessTokenSignAlg, accessTokenSignatureKeyId, jwks } = service
  return jwks.find(({ alg, kid }) => alg === accessTokenSignAlg && (accessTokenSignatureKeyId ?? kid) === kid)
}

/** `undefined`: the service has no key that fits. */
export async function findAccessTokenKey(
  service: Service,
  registry: Registry,
): Promise<SigningKey | undefined> {
  const jwk = accessTokenKey(service)
  if (jwk === undefined) return undefined
  const key = await registry.findSigningKey(service.apiKey, jwk.kid)
  return key && { kid: jwk.kid, key }
}
