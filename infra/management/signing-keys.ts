import { SIGNING_ALGORITHMS } from '../../shared/certificate/jws-algorithms.ts'
import { PublicJwk, type Service } from '../../shared/store/service.ts'
import { newSigningKey } from '../signing-key.ts'

export type NewSigningKeys = ReturnType<typeof newSigningKeys>

/** Makes a new key for each algorithm of the service's keys. Key IDs are random, because an old one must not be used again. */
export function newSigningKeys(jwks: Service['jwks'], random: (bytes: number) => Buffer) {
  const algorithms = SIGNING_ALGORITHMS.filter((name) => jwks.some(({ alg }) => alg === name))
  return algorithms.map((alg) => {
    const { publicJwk, privateJwk } = newSigningKey(random(12).toString('base64url'), alg)
    return { publicJwk: PublicJwk.parse(publicJwk), privateJwk }
  })
}

/** Replaces all keys of a service. A setting that named an old key names the new one of its algorithm. */
export function withSigningKeys(service: Service, keys: NewSigningKeys): Service {
  if (keys.length === 0) return service
  const replaced = (old: string | undefined) => {
    const { alg } = service.jwks.find(({ kid }) => kid === old) ?? {}
    return keys.find(({ publicJwk }) => publicJwk.alg === alg)?.publicJwk.kid
  }
  const jwks = keys.map(({ publicJwk }) => publicJwk)
  return {
    ...service,
    jwks,
    privateKeyIds: [...service.privateKeyIds, ...jwks.map(({ kid }) => kid)],
    keyUses: [],
    keyDates: [],
    accessTokenSignatureKeyId: replaced(service.accessTokenSignatureKeyId),
    introspectionSignatureKeyId: replaced(service.introspectionSignatureKeyId),
    userInfoSignatureKeyId: replaced(service.userInfoSignatureKeyId),
    idTokenSignatureKeyId: replaced(service.idTokenSignatureKeyId),
  }
}
