import { expect, test } from 'vitest'
import type { Reason } from '../../shared/refusal/refusal.ts'
import { outcome } from './answers.ts'
import type { CuttingProxy } from './cutting-proxy.ts'
import type { Received } from './gateway.ts'
import { putOwner } from './management.ts'
import { proxiedRuntime } from './test-runtime.ts'
import { BASIC, EVERY_METHOD, openWalk, type TestClient, type Walk } from './walk.ts'

/** A service of its own with one confidential client, behind the real handlers, for one result code. */
export interface Bench extends Walk {
  /** Basic, every grant type, not bound. */
  readonly client: TestClient
  /** The proxy between the handlers and the engine. */
  readonly proxy: CuttingProxy
}

export type Provoke = (bench: Bench) => Promise<Received>
/** The answer in short, as `shortOf` gives it, and a function that provokes it. */
export type Provoked = readonly [answer: string, provoke: Provoke]

/** A call of the Web API below `/api/{serviceId}`. */
export const calling =
  (path: string, members: object | string): Provoke =>
  ({ call }) =>
    call(path, typeof members === 'string' ? members : { ...members })

export const gives = (answer: string, provoke: Provoke): Provoked => [answer, provoke]
const refusedBy = (action: string, error: string) => (resultCode: string, provoke: Provoke) =>
  gives(`${action} ${resultCode} ${error}`, provoke)

export const invalidRequest = refusedBy('BAD_REQUEST', 'invalid_request')
export const invalidGrant = refusedBy('BAD_REQUEST', 'invalid_grant')
export const invalidToken = refusedBy('UNAUTHORIZED', 'invalid_token')
export const serverError = refusedBy('INTERNAL_SERVER_ERROR', 'server_error')
/** An `invalid_request` that goes to the client by its redirect URI. */
export const redirected = refusedBy('LOCATION', 'invalid_request')

/** `BAD_REQUEST A050305 invalid_grant`; on the OAuth face, where answers have no result code, `400 invalid_grant`. */
function shortOf(answer: Received): string {
  const { error, resultCode } = answer.json
  return resultCode === undefined && error !== undefined
    ? `${answer.status} ${JSON.stringify(error).slice(1, -1)}`
    : outcome(answer)
}

/** Opens fresh benches, on an engine that all tests of the file share. */
export async function benches() {
  const { runtime, proxy } = await proxiedRuntime()
  await putOwner(runtime)

  async function open(): Promise<Bench> {
    const walk = await openWalk(runtime, { ...EVERY_METHOD, clientIdAliasEnabled: true })
    const client = await walk.addClient(BASIC)
    return { ...walk, client, proxy }
  }
  return { open, lastReason: () => runtime.logged().at(-1)?.reason }
}

/**
 * Tests that a request from outside provokes refusals that no other test provokes, and how they are answered. The log must have the same
 * reason: another refusal with the same code is not enough.
 */
export async function provokeAll(provoked: Readonly<Partial<Record<Reason, Provoked>>>): Promise<void> {
  const { open, lastReason } = await benches()
  test.each(Object.entries(provoked))(
    '%s is provoked and answered with its code',
    async (reason, [answer, provoke]) => {
      expect(shortOf(await provoke(await open()))).toBe(answer)
      expect(lastReason()).toBe(reason)
    },
  )
}
