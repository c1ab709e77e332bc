import { afterAll, beforeEach } from 'vitest'
import { startEmbeddedEngine } from '../../infra/emulator/engine.ts'
import { pass, startCuttingProxy } from './cutting-proxy.ts'
import { type FixedRuntime, fixedRuntime, START } from './fixed-runtime.ts'
import { openManagement } from './management.ts'
import { openWalk, type Walk } from './walk.ts'

/**
 * The runtime of one test file, to be opened at its top: before each test the clock stands at `START` and the log is
 * empty, and after the last one it closes.
 */
export async function testRuntime(...given: Parameters<typeof fixedRuntime>): Promise<FixedRuntime> {
  const runtime = await fixedRuntime(...given)
  beforeEach(() => {
    runtime.clock.now = START
    runtime.lines.length = 0
  })
  afterAll(() => runtime.close())
  return runtime
}

/** Opens a walk over a test runtime. Its service has these settings again before each test. */
export async function testWalk(settings: Parameters<typeof openWalk>[1] = {}): Promise<Walk> {
  const walk = await openWalk(await testRuntime(), settings)
  beforeEach(walk.resetService)
  return walk
}

/** Opens the management function over a test runtime. Its service has these settings again before each test. */
export async function testManagement(settings: Parameters<typeof openManagement>[1] = {}) {
  const runtime = await testRuntime()
  const management = await openManagement(runtime, settings)
  beforeEach(() => openManagement(runtime, settings))
  return { runtime, ...management }
}

/** The runtime of one test file behind a proxy, which passes everything again before each test. */
export async function proxiedRuntime() {
  const engine = await startEmbeddedEngine({})
  const proxy = await startCuttingProxy(engine.endpoint)
  const runtime = await testRuntime({}, proxy)
  beforeEach(() => {
    proxy.fate = pass
  })
  afterAll(engine.close)
  return { runtime, proxy }
}
