import { expect } from 'vitest'
import type { Received } from '../support/gateway.ts'

/** A token string, a secret or a key. Thumbprints and request ids are shorter. */
const SECRET = /[A-Za-z0-9_-]{44,}/

export function expectNoSecrets(lines: readonly string[]): void {
  expect(lines.filter((line) => SECRET.test(line))).toEqual([])
}

/** Expects the answer after a failure of the store: a 503, which is logged once with its cause. */
export function expectUnavailable({ status, headers, json }: Received, logged: readonly object[]): void {
  expect(json).toMatchObject(
    'error' in json ? { error: 'temporarily_unavailable' } : { resultCode: 'A001191' },
  )
  expect(status).toBe(503)
  expect(headers).toMatchObject({ 'retry-after': '1', 'cache-control': 'no-store' })
  const cause = { message: expect.stringMatching('.') as string }
  const requestId = headers['x-request-id']
  expect(logged).toMatchObject([{ level: 'error', outcome: 503, reason: 'unavailable', requestId, cause }])
}

/** Any other answer is logged once. One that refuses is a warning. */
export function expectLogged(logged: readonly object[]): void {
  expect(logged).toMatchObject([{ level: expect.stringMatching(/^(info|warn)$/) as string }])
}
