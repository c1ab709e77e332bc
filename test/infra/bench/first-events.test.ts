import { tmpdir } from 'node:os'
import { mkdtempDisposable } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authorizeRequest } from '../../../functions/authorizer/authorizer.ts'
import { refreshOnSchedule } from '../../../functions/certificate-lists/schedule.ts'
import { seedService } from '../../../infra/bench/cases.ts'
import { type FirstEvent, firstEvents, isExpected } from '../../../infra/bench/first-events.ts'
import { type Engine, startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { localRuntime } from '../../../infra/emulator/local-runtime.ts'
import { developmentCertificates } from '../../../infra/emulator/site/certificates.ts'
import { deployedFunctions } from '../../../infra/emulator/site/deployed-functions.ts'
import { functionNames } from '../../../infra/package/build.ts'
import { serveAuthorizer } from '../../../shared/lambda/authorizer.ts'
import type { Runtime } from '../../../shared/runtime/runtime.ts'

let engine: Engine
let runtime: Runtime
let events: Readonly<Record<string, FirstEvent>>
beforeAll(async () => {
  engine = await startEmbeddedEngine({})
  const seeding = await localRuntime(engine.endpoint, 1, { LOG_LEVEL: 'silent' })
  const seeded = await seedService(seeding)
  runtime = { ...seeding, settings: { ...seeding.settings, serviceId: seeded.serviceId } }
  await using folder = await mkdtempDisposable(join(tmpdir(), 'certbound-first-events-'))
  const { clients } = await developmentCertificates(folder.path, ['bench'])
  events = await firstEvents(runtime, seeded, clients.bench.cert)
})
afterAll(async () => {
  runtime.store.close()
  await engine.close()
})

test('bench --cold-start has an event for every function', () => {
  expect(Object.keys(events).sort()).toEqual(functionNames())
})

test.each(functionNames())(
  'the event of bench --cold-start for %s is answered with success',
  async (name) => {
    const { event: newEvent, expected } = events[name] as FirstEvent
    const event = (await newEvent()) as { readonly routeKey?: string }
    const others: Readonly<Record<string, (event: unknown) => Promise<unknown>>> = {
      authorizer: serveAuthorizer(authorizeRequest, runtime),
      'certificate-lists': refreshOnSchedule(runtime),
    }
    const handler = others[name] ?? deployedFunctions(runtime).get((event.routeKey ?? '').replace('ANY ', ''))
    const answer = await handler?.(event)
    expect([JSON.stringify(answer ?? null), isExpected(answer, expected)]).toEqual([expect.any(String), true])
    expect(
      isExpected({ isAuthorized: false, statusCode: 400, body: '{"action":"BAD_REQUEST"}' }, expected),
    ).toBe(false)
  },
)
