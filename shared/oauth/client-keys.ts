import type { JwkSet } from '../certificate/jwk-set.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Client } from '../store/client.ts'
import { JwksUnavailable } from './fetch-jwks.ts'
import { Refusal } from './refusal.ts'
import { openRemoteJwks } from './remote-jwks.ts'

const remote = openRemoteJwks()

/**
 * What `select` finds in the registered keys of a client: at its `jwksUri`, or else in its `jwks`.
 *
 * @throws Refusal client-keys-unavailable
 */
export async function findInKeys<T>(
  { jwks, jwksUri }: Client,
  now: EpochSeconds,
  select: (jwks: JwkSet) => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  if (jwksUri === undefined) return select(jwks ?? { keys: [] })
  try {
    return await remote.find(jwksUri, now, select)
  } catch (error) {
    if (error instanceof JwksUnavailable) throw new Refusal('client-keys-unavailable', { cause: error })
    throw error
  }
}
