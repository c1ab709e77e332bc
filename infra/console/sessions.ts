import { randomBytes, timingSafeEqual } from 'node:crypto'

const LINK_MILLISECONDS = 60_000
const IDLE_MILLISECONDS = 30 * 60_000
/** An open page with unsaved work keeps its session in use, so this limit ends it. */
const MAX_MILLISECONDS = 12 * 3_600_000
const MAX_SESSIONS = 16

/** A browser's session. It is kept in memory, so it ends with the process. */
export interface Session {
  /** A secret that every form contains, so that no page of another site can send one. */
  readonly csrf: string
  /** A notice for the top of the next page, shown once. */
  notice: string | undefined
}

export interface Sessions {
  /** Makes the secret of a new link, which is valid once, for a minute, unless links are reusable. */
  readonly newLink: () => string
  /** @returns the name of a new session for the cookie; `undefined` if the link is not valid */
  readonly begin: (link: string) => string | undefined
  /** Finds a session that began within the last twelve hours and was used within the last 30 minutes. The session is used by this. */
  readonly find: (name: string) => Session | undefined
  readonly end: (name: string) => void
}

/** @param reusable whether links stay valid until the process ends */
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
      if (now - found.usedAt >= IDLE_MILLISECONDS || now - found.begunAt >= MAX_MILLISECONDS) return undefined
      // The order of the map is the order of last use.
      sessions.set(name, { ...found, usedAt: now })
      return found.session
    },

    end(name) {
      sessions.delete(name)
    },
  }
}

/** Makes a random text of 43 characters, 256 bits. */
function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Compares two secrets in constant time. */
export function sameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
