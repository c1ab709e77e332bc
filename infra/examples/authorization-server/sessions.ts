import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import type { WebApiAnswer } from './web-api-client.ts'

export interface Login {
  readonly subject: string
  /** Seconds since the epoch. */
  readonly authTime: number
}

/** An authorization request that waits for the end-user. Its ticket never leaves the server. */
export interface Interaction {
  readonly step: 'login' | 'consent'
  /** A secret in the form of this step, so that no other site can send the form. */
  readonly csrf: string
  readonly authorization: WebApiAnswer
}

export interface Session {
  readonly login?: Login | undefined
  readonly interaction?: Interaction | undefined
  /** Keys of the consents that the end-user has given in this session. */
  readonly consents: ReadonlySet<string>
}

const COOKIE = 'certbound-session'
const MAX_SESSIONS = 1000

/** Browser sessions in memory. The oldest are forgotten first. */
export function openSessions() {
  const sessions = new Map<string, Session>()

  const find = (request: Request): Session | undefined => sessions.get(readCookie(request, COOKIE) ?? '')

  /** Continues the session under a new name, so that a name which an attacker planted in this browser is worthless. */
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

/** 43 characters, 256 bits. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}

export function readCookie(request: Request, name: string): string | undefined {
  const pairs = request.headers.cookie?.split(/; */) ?? []
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1)
}
