import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { WebApiAnswer } from './web-api-client.ts'

export interface Login {
  readonly subject: string
  /** The time of the login, in seconds since the epoch. */
  readonly authTime: number
}

/** A pending authorization request. Its ticket never leaves the server. */
export interface Interaction {
  readonly step: 'login' | 'consent'
  /** A secret in the form of this step, so that other sites cannot send the form. */
  readonly csrf: string
  readonly authorization: WebApiAnswer
}

export interface Session {
  readonly login?: Login | undefined
  readonly interaction?: Interaction | undefined
  /** The keys of the consents that the end-user has given in this session. */
  readonly consents: ReadonlySet<string>
}

const COOKIE = 'certbound-session'
const MAX_SESSIONS = 1000

/** Opens browser sessions in memory. The oldest are dropped first. */
export function openSessions() {
  const sessions = new Map<string, Session>()

  const find = (request: Request): Session | undefined => sessions.get(readCookie(request, COOKIE) ?? '')

  /** Continues the session with a new name, so that a name that an attacker has set in this browser is worthless. */
  function proceed(request: Request, response: Response, session: Session): void {
    sessions.delete(readCookie(request, COOKIE) ?? '')
    const [oldest] = sessions.keys()
    if (sessions.size >= MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest)
    const name = randomText()
    sessions.set(name, session)
    response.cookie(COOKIE, name, { httpOnly: true, sameSite: 'lax' })
  }

  return { find, proceed }
}

/** Makes a random text of 43 characters, 256 bits. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}

export function readCookie(request: Request, name: string): string | undefined {
  const pairs = request.headers.cookie?.split(/; */) ?? []
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
