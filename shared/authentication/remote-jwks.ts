import { BoundedMap } from '../bounded-map.ts'
import type { JwkSet } from '../certificate/jwk-set.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Call } from '../runtime/call.ts'
import type { Internet } from '../runtime/internet.ts'
import { Refusal } from '../refusal/refusal.ts'
import type { Client } from '../store/client.ts'
import { fetchJwks, JwksUnavailable } from './fetch-jwks.ts'

/** Each URI is fetched at most once a minute, even after a failure, so that requests with unknown keys cannot cause a flood. */
const INTERVAL_SECONDS = 60
/** The longest time that a key works after the client has removed it from its set. */
const LIFETIME_SECONDS = 600
/** The longest time that a set is used while it cannot be fetched, so that a short outage does not lock clients out. */
const OUTAGE_LIFETIME_SECONDS = 3600
/** Each set has up to 64 KiB. */
const CACHED_SETS = 200

interface CachedSet {
  readonly attemptedAt: EpochSeconds
  readonly attempt: Promise<JwkSet>
  known: { readonly jwks: JwkSet; readonly fetchedAt: EpochSeconds } | undefined
}

/** The JWK Sets behind the `jwks_uri` of clients, cached in this process (requirement A19). */
export class RemoteJwks {
  readonly #internet: Internet
  readonly #sets = new BoundedMap<string, CachedSet>(CACHED_SETS)

  constructor(internet: Internet) {
    this.#internet = internet
  }

  /**
   * Returns the result of `select` for the set. If it finds nothing, the client may have rotated its keys. Then the set is fetched again,
   * unless the last fetch is less than a minute ago. If a fetch fails, the cached set is used for some time.
   *
   * @param select returns `undefined` for a key that the set does not have. A cached set is always the same object
   * @throws JwksUnavailable when the set is needed and cannot be fetched
   */
  async find<T>(
    uri: string,
    now: EpochSeconds,
    select: (jwks: JwkSet) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    const searched = this.#known(uri, now, LIFETIME_SECONDS)
    const found = searched && (await select(searched))
    if (found !== undefined) return found
    const latest = await this.#latest(uri, now).catch((error: unknown) => ({ error }))
    if ('keys' in latest) return latest === searched ? undefined : select(latest)
    const older = this.#known(uri, now, OUTAGE_LIFETIME_SECONDS)
    const foundInOlder = older === undefined || older === searched ? undefined : await select(older)
    if (foundInOlder === undefined) throw latest.error
    return foundInOlder
  }

  #known(uri: string, now: EpochSeconds, lifetime: number): JwkSet | undefined {
    const known = this.#sets.get(uri)?.known
    return known !== undefined && now - known.fetchedAt < lifetime ? known.jwks : undefined
  }

  #latest(uri: string, now: EpochSeconds): Promise<JwkSet> {
    const last = this.#sets.get(uri)
    if (last !== undefined && now - last.attemptedAt < INTERVAL_SECONDS) return last.attempt
    const attempt = fetchJwks(uri, this.#internet).then((jwks) => {
      next.known = { jwks, fetchedAt: now }
      return jwks
    })
    // The previous set stays in use until the fetch succeeds.
    const next: CachedSet = { attemptedAt: now, attempt, known: last?.known }
    this.#sets.delete(uri)
    this.#sets.set(uri, next)
    return attempt
  }
}

/** One cache for each `Internet`, so that two runtimes in one process share no keys. */
const caches = new WeakMap<Internet, RemoteJwks>()

/**
 * Returns the result of `select` for the registered keys of a client, which are at its `jwksUri` or else in its `jwks`.
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
  const remote = caches.get(internet) ?? new RemoteJwks(internet)
  caches.set(internet, remote)
  return remote
}
