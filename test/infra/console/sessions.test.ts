import { expect, test } from 'vitest'
import { openSessions } from '../../../infra/console/sessions.ts'

const MINUTE = 60_000

function opened(reusable = false) {
  const clock = { now: 0 }
  return { clock, sessions: openSessions(() => clock.now, reusable) }
}

test('a link begins one session, and is valid for one minute', () => {
  const { clock, sessions } = opened()
  const [once, late] = [sessions.newLink(), sessions.newLink()]
  clock.now = MINUTE - 1
  expect(sessions.begin(once)).toMatch(/^[\w-]{43}$/)
  expect(sessions.begin(once)).toBeUndefined()
  clock.now = MINUTE
  expect(sessions.begin(late)).toBeUndefined()
  expect(sessions.begin('')).toBeUndefined()
})

test('a reusable link stays valid', () => {
  const { clock, sessions } = opened(true)
  const link = sessions.newLink()
  clock.now = 100 * MINUTE
  expect(sessions.begin(link)).not.toBe(sessions.begin(link))
  expect(sessions.begin('other')).toBeUndefined()
})

test('a session ends after 30 minutes without use, twelve hours after it began, and on logout', () => {
  const { clock, sessions } = opened()
  const name = sessions.begin(sessions.newLink()) ?? ''
  clock.now = 29 * MINUTE
  expect(sessions.find(name)).toBeDefined()
  clock.now = 58 * MINUTE
  expect(sessions.find(name)).toBeDefined()
  clock.now = 88 * MINUTE
  expect(sessions.find(name)).toBeUndefined()
  const long = sessions.begin(sessions.newLink()) ?? ''
  const begunAt = clock.now
  for (; clock.now < begunAt + 12 * 60 * MINUTE; clock.now += 20 * MINUTE)
    expect(sessions.find(long)).toBeDefined()
  expect(sessions.find(long)).toBeUndefined()
  const other = sessions.begin(sessions.newLink()) ?? ''
  sessions.end(other)
  expect(sessions.find(other)).toBeUndefined()
})

test('the seventeenth session ends the one that was least recently used', () => {
  const { sessions } = opened()
  const names = Array.from({ length: 16 }, () => sessions.begin(sessions.newLink()) ?? '')
  sessions.find(names[0] ?? '')
  sessions.begin(sessions.newLink())
  expect(names.filter((name) => sessions.find(name) === undefined)).toEqual([names[1]])
})
