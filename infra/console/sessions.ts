import { randomBytes, timingSafeEqual } from 'node:crypto'

const LINK_MILLISECONDS = 60_000
const IDLE_MILLISECONDS = 30 * 60_000
/** A page with unsaved work uses its session all the time, so this limit ends it. */
const LONGEST_MILLISECONDS = 12 * 3_600_000
const MAX_SESSIONS = 16

/** A session of one browser. It is in memory, so it ends with the process. */
export interface Session {
  /** A secret in every form, so that no other page can send one. */
  readonly csrf: string
  /** What the next page says first, once. */
  notice: string | undefined
}

export interface Sessions {
  /** The secret of a new link. It is good once, for a minute, unless links are reusable. */
  readonly newLink: () => string
  /** @returns the name of a new session for the cookie; `undefined` if the link is not good */
  readonly begin: (link: string) => string | undefined
  /** Finds a session that began within the last twelve hours and was used within the last 30 minutes, and uses it. */
  readonly find: (name: string) => Session | undefined
  readonly end: (name: string) => void
}

/** @param reusable whether a link stays good for as long as the process runs */
export function openSessions(clock: () => number, reusable: boolean): Sessions {
  const links = new Map<string, number>()
  const sessions = new Map<string, { readonly session: Session; readonly begunAt: number; usedAt: number }>()

  return {
    newLink() {
      const link = newSecret()
      links.set(link, reusable ? Infinity : clock() + LINK_MILLISECONDS)
      return link
    },

    begin(link) {
      const goodUntil = links.get(link)
      if (!reusable) links.delete(link)
      if (goodUntil === undefined || clock() >= goodUntil) return undefined
      const [oldest] = sessions.keys()
      if (sessions.size >= MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest)
      const name = newSecret()
      const now = clock()
      const session = { csrf: newSecret(), notice: undefined }
      sessions.set(name, { session, begunAt: now, usedAt: now })
      return name
    },

    find(name) {
      const found = sessions.get(name)
      if (found === undefined) return undefined
      sessions.delete(name)
      const now = clock()
      if (now - found.usedAt >= IDLE_MILLISECONDS || now - found.begunAt >= LONGEST_MILLISECONDS)
        return undefined
      // The one that was not used for longest comes first.
      sessions.set(name, { ...found, usedAt: now })
      return found.session
    },

    end(name) {
      sessions.delete(name)
    },
  }
}

/** 43 characters, 256 bits. */
function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares two secrets of this process without showing by its time where they differ. */
export function sameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
