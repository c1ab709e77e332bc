import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { routeMatcher } from '../../infra/emulator/route-match.ts'
import { resultCodes } from '../../infra/reference/result-codes.ts'
import type { Row } from '../../shared/refusal/row.ts'
import { digest } from '../../shared/store/digest.ts'
import { TOKEN_AUTH_METHODS } from '../../shared/store/service.ts'
import { outcome } from './answers.ts'
import { answered } from './checked-answers.ts'
import { type CuttingProxy, pass, startCuttingProxy } from './cutting-proxy.ts'
import { type FixedRuntime, fixedRuntime, START } from './fixed-runtime.ts'
import { type Received, ROUTES } from './gateway.ts'
import { BASIC, openWalk, type TestClient, type Walk } from './walk.ts'

export const OWNER_KEY = '5525112351'
export const OWNER_SECRET = 'o'.repeat(43)

/** A service of its own with one confidential client, behind the real handlers, for one result code. */
export interface Bench extends Walk {
  /** Basic, every grant type, not bound. */
  readonly client: TestClient
  /** Between the handlers and the engine. */
  readonly proxy: CuttingProxy
  /** Any path of the Web API, in full; with the service's `manage` token by default. */
  readonly api: (method: string, target: string, body?: unknown, headers?: Headers) => Promise<Received>
  /** The same below `/api/{serviceId}`. */
  readonly v3: (method: string, path: string, body?: unknown, headers?: Headers) => Promise<Received>
  /** The same below `/api`, by Basic credentials. */
  readonly v2: (method: string, path: string, body?: unknown) => Promise<Received>
}
type Headers = Readonly<Record<string, string>>

export type Provoke = (bench: Bench) => Promise<Received>
/** The answer in short (`shortOf`), and what provokes it. */
export type Provoked = readonly [answer: string, provoke: Provoke]

/** `BAD_REQUEST A050305 invalid_grant`; on the OAuth face, where answers have no result code, `400 invalid_grant`. */
function shortOf(answer: Received): string {
  const { error, resultCode } = answer.json
  return resultCode === undefined && error !== undefined
    ? `${answer.status} ${JSON.stringify(error).slice(1, -1)}`
    : outcome(answer)
}

/** Calls `run` with a fresh bench, on an engine that all tests of the file share. */
export function benches() {
  let engine: Awaited<ReturnType<typeof startEmbeddedEngine>>
  let proxy: CuttingProxy
  let runtime: FixedRuntime
  beforeAll(async () => {
    answered.clear()
    engine = await startEmbeddedEngine({})
    proxy = await startCuttingProxy(engine.endpoint)
    runtime = await fixedRuntime({}, proxy)
    const apiSecretDigest = digest(OWNER_SECRET)
    const organizationTokenDigest = digest('t'.repeat(43))
    await runtime.store.registry.putOwner({ apiKey: OWNER_KEY, apiSecretDigest, organizationTokenDigest })
  })
  beforeEach(() => {
    runtime.clock.now = START
    runtime.lines.length = 0
    proxy.fate = pass
  })
  afterAll(async () => {
    await runtime.close()
    await engine.close()
  })

  async function open(): Promise<Bench> {
    const supportedTokenAuthMethods = [...TOKEN_AUTH_METHODS]
    const walk = await openWalk(runtime, { supportedTokenAuthMethods, clientIdAliasEnabled: true })
    const client = await walk.addClient(BASIC)
    return { ...walk, client, proxy, ...callers(walk) }
  }
  return { open, lastReason: () => runtime.logged().at(-1)?.reason }
}

const match = routeMatcher(new Map(Object.keys(ROUTES).map((template) => [template, notCalled])))

function notCalled(): never {
  throw new Error('the route is found here and called elsewhere')
}

function callers(walk: Walk): Pick<Bench, 'api' | 'v2' | 'v3'> {
  const { serviceId, secrets } = walk
  const manage = { authorization: `Bearer ${secrets.manage}` }

  const api: Bench['api'] = (method, target, body, headers = manage) => {
    const { pathname, search } = new URL(target, 'https://api.example.com')
    const route = match(pathname)
    if (route === undefined) throw new Error(`no route for ${target}`)
    return walk.send({
      route: route.template,
      method,
      ...(route.pathParameters === undefined ? {} : { pathParameters: route.pathParameters }),
      ...(search === '' ? {} : { query: search.slice(1) }),
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
  }
  const v3: Bench['v3'] = (method, path, body, headers) =>
    api(method, `/api/${serviceId}${path}`, body, headers)
  const v2: Bench['v2'] = (method, path, body) =>
    api(method, `/api${path}`, body, basicOf(serviceId, secrets.manage))
  return { api, v2, v3 }
}

export const basicOf = (id: string, secret: string): Headers => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

/**
 * Tests that a request from outside provokes each refusal of a section of the table, and how it is answered. The log must
 * have the same reason: another refusal with the same code is not enough. No code of the section may be in the reference
 * of endpoints that do not answer it.
 *
 * @param file where the entries are, for the message about a missing one
 */
export function provokeAll<Section extends Readonly<Record<string, Row>>>(
  file: string,
  section: Section,
  provoked: Readonly<Record<keyof Section, Provoked>>,
): void {
  const { open, lastReason } = benches()
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
