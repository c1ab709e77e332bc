import type { JwkSet } from '../certificate/jwk-set.ts'
import type { Internet } from '../internet.ts'
import type { Call } from '../call.ts'
import type { Client } from '../store/client.ts'
import { JwksUnavailable } from './fetch-jwks.ts'
import { Refusal } from '../refusal/refusal.ts'
import { RemoteJwks } from './remote-jwks.ts'

/** One cache for each `Internet`, so that two runtimes in one process share no keys. */
const remembered = new WeakMap<Internet, RemoteJwks>()

/**
 * What `select` finds in the registered keys of a client, which are behind its `jwksUri` or else in its `jwks`.
 *
 * @throws Refusal client-keys-unavailable
 */
export async function findInKeys<T>(
  { jwks, jwksUri }: Client,
  { now, internet }: Pick<Call, 'now' | 'internet'>,
  select: (jwks: JwkSet) => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  if (jwksUri === undefined) return select(jwks ?? { keys: [] })
  try {
    return await remoteJwks(internet).find(jwksUri, now, select)
  } catch (error) {
    if (error instanceof JwksUnavailable) throw new Refusal('client-keys-unavailable', { cause: error })
    throw error
  }
}

function remoteJwks(internet: Internet): RemoteJwks {
  const remote = remembered.get(internet) ?? new RemoteJwks(internet)
  remembered.set(internet, remote)
  return remote
}
