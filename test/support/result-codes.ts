import { describe, expect, test } from 'vitest'
import { resultCodes } from '../../infra/reference/result-codes.ts'
import type { Row } from '../../shared/refusal/row.ts'
import { outcome } from './answers.ts'
import { answered } from './checked-answers.ts'
import type { CuttingProxy } from './cutting-proxy.ts'
import { type Received, ROUTES } from './gateway.ts'
import { putOwner } from './management.ts'
import { proxiedRuntime } from './test-runtime.ts'
import { BASIC, EVERY_METHOD, openWalk, type TestClient, type Walk } from './walk.ts'

/** A service of its own with one confidential client, behind the real handlers, for one result code. */
export interface Bench extends Walk {
  /** Basic, every grant type, not bound. */
  readonly client: TestClient
  /** Between the handlers and the engine. */
  readonly proxy: CuttingProxy
}

export type Provoke = (bench: Bench) => Promise<Received>
/** The answer in short, as `shortOf` gives it, and what provokes it. */
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
export const invalidScope = refusedBy('BAD_REQUEST', 'invalid_scope')
export const invalidTarget = refusedBy('BAD_REQUEST', 'invalid_target')
export const unauthorizedClient = refusedBy('BAD_REQUEST', 'unauthorized_client')
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
  answered.clear()
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
 * Tests that a request from outside provokes each refusal of a section of the table, and how it is answered. The log must
 * have the same reason: another refusal with the same code is not enough. No code of the section may be in the reference
 * of endpoints that do not answer it.
 *
 * @param file where the entries are, for the message about a missing one
 */
export async function provokeAll<Section extends Readonly<Record<string, Row>>>(
  file: string,
  section: Section,
  provoked: Readonly<Record<keyof Section, Provoked>>,
): Promise<void> {
  const { open, lastReason } = await benches()
  const entries: Readonly<Record<string, Provoked | undefined>> = provoked
  describe('provoked', () => {
    test.each(Object.entries(section))('%s', async (reason, [code, action, error]) => {
      const entry = entries[reason]
      const wanted = `add to test/functions/result-codes/${file} '${reason}': ['${action} ${code} ${error}', how to provoke it]`
      if (entry === undefined) throw new Error(wanted)
      const [answer, provoke] = entry
      const received = await provoke(await open())
      expect(shortOf(received)).toBe(answer)
      expect(lastReason()).toBe(reason)
      if (received.json['resultCode'] !== undefined) expect(answer).toContain(code)
    })

    test('and nothing else is listed', () => {
      expect(Object.keys(entries).toSorted()).toEqual(Object.keys(section).toSorted())
    })

    test('the reference has no code that none of its endpoints answers', () => {
      expect(notAnswered(Object.values(section).map(([code]) => code))).toEqual([])
    })
  })
}

/** The codes that the reference has for endpoints, none of which answered them in this test file. */
export function notAnswered(codes: readonly string[]): string[] {
  return codes.filter((code) => {
    const endpoints = Object.values(ROUTES).filter((route) => resultCodes(route).includes(code))
    return endpoints.length > 0 && !endpoints.some(({ endpoint }) => answered.has(`${endpoint} ${code}`))
  })
}
