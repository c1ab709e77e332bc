import type { JwkSet } from '../certificate/jwk-set.ts'
import type { EpochSeconds } from '../epoch-seconds.ts'
import type { Internet } from '../internet.ts'
import { fetchJwks } from './fetch-jwks.ts'

/** One fetch a minute for each URI, whatever came of it: who asks for unknown keys must not make us a flood. */
const INTERVAL_SECONDS = 60
/** A key that the client has withdrawn works no longer than this. */
const LIFETIME_SECONDS = 600
/** Each of up to 64 KiB. */
const REMEMBERED_SETS = 200

interface Remembered {
  readonly attemptedAt: EpochSeconds
  readonly attempt: Promise<JwkSet>
  known: { readonly jwks: JwkSet; readonly fetchedAt: EpochSeconds } | undefined
}

/** The JWK Sets behind the `jwks_uri` of clients, remembered in this process (requirement A19). */
export function openRemoteJwks(internet: Internet) {
  const sets = new Map<string, Remembered>()

  /**
   * What `select` finds in the set. When it finds nothing the keys may have been rotated: the set is fetched again, if
   * the last fetch is a minute ago.
   *
   * @param select gives `undefined` for what is not in the set; a set remembered is always the same object
   * @throws JwksUnavailable when there is no set, or the one remembered does not do and no other can be had
   */
  async function find<T>(
    uri: string,
    now: EpochSeconds,
    select: (jwks: JwkSet) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    const known = sets.get(uri)?.known
    const live = known !== undefined && now - known.fetchedAt < LIFETIME_SECONDS
    const found = live ? await select(known.jwks) : undefined
    return found === undefined ? select(await latest(uri, now)) : found
  }

  function latest(uri: string, now: EpochSeconds): Promise<JwkSet> {
    const last = sets.get(uri)
    if (last !== undefined && now - last.attemptedAt < INTERVAL_SECONDS) return last.attempt
    const attempt = fetchJwks(uri, internet).then((jwks) => {
      next.known = { jwks, fetchedAt: now }
      return jwks
    })
    // Until then, and should it fail, what was known before goes on.
    const next: Remembered = { attemptedAt: now, attempt, known: last?.known }
    remember(uri, next)
    return attempt
  }

  function remember(uri: string, next: Remembered): void {
    sets.delete(uri)
    const [oldest] = sets.keys()
    if (oldest !== undefined && sets.size >= REMEMBERED_SETS) sets.delete(oldest)
    sets.set(uri, next)
  }

  return { find }
}
