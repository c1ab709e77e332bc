import type { KeyObject } from 'node:crypto'
import type { Call } from '../call.ts'
import { type Service, SIGNING_ALGORITHMS, type SigningAlgorithm } from '../store/service.ts'

export interface SigningKey {
  readonly alg: SigningAlgorithm
  readonly kid: string
  readonly key: KeyObject
}

type PublicJwk = Service['jwks'][number]

/** `undefined`: the service has no key that fits. */
export async function findAccessTokenKey(call: Call): Promise<SigningKey | undefined> {
  return privateHalf(accessTokenKey(call.service), call)
}

/** The one that is named, or else the first that fits. */
export function accessTokenKey({ accessTokenSignAlg, accessTokenSignatureKeyId, jwks }: Service) {
  return jwks.find(({ alg, kid }) => alg === accessTokenSignAlg && (accessTokenSignatureKeyId ?? kid) === kid)
}

/**
 * The key for a signed introspection response: resource servers have algorithms of their own, so the key that is named
 * has precedence among those that fit, and no more.
 *
 * @returns `undefined`: the service has no key that fits
 */
export async function findIntrospectionKey(asked: string, call: Call): Promise<SigningKey | undefined> {
  const { service } = call
  const fitting = service.jwks.filter(({ alg }) => alg === asked)
  const named = fitting.find(({ kid }) => kid === service.introspectionSignatureKeyId)
  return privateHalf(named ?? fitting[0], call)
}

async function privateHalf(
  jwk: PublicJwk | undefined,
  { service, store }: Call,
): Promise<SigningKey | undefined> {
  const alg = SIGNING_ALGORITHMS.find((name) => name === jwk?.alg)
  if (jwk === undefined || alg === undefined) return undefined
  const key = await store.registry.findSigningKey(service.apiKey, jwk.kid)
  return key && { alg, kid: jwk.kid, key }
}
