import { afterAll, expect, test } from 'vitest'
import { startRecorder } from '../../../infra/bench/recorder.ts'
import { startEmbeddedEngine } from '../../../infra/emulator/engine.ts'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { outcome, tokensOf } from '../../support/answers.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { certificatePem, thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OWN, RENEWED } from '../../support/walk.ts'

const engine = await startEmbeddedEngine({})
const recorder = await startRecorder(engine.endpoint)
const runtime = await fixedRuntime({}, { endpoint: recorder.endpoint, close: () => Promise.resolve() })
const walk = await openWalk(runtime, { clientCertificateIssuers: [certificatePem('ca-issuing')] })
const client = await walk.addClient(BASIC, BOUND)
afterAll(async () => {
  await runtime.close()
  await recorder.close()
  await engine.close()
})

/** The capacity units of the reads and writes of a call, as the engine counts them. It does not count those of the index. */
async function costs(call: () => Promise<unknown>): Promise<string> {
  const before = recorder.calls.length
  await call()
  const units = (isWrite: boolean) =>
    recorder.calls
      .slice(before)
      .filter(
        ({ operation, body }) =>
          /^(Put|Update|Delete)/.test(operation) === isWrite && !body.includes('"audit"'),
      )
      .reduce((sum, each) => sum + each.units, 0)
  return `${units(false)} + ${units(true)}`
}

test('the capacity units of requests about certificates are those of docs/performance.md', async () => {
  const [thumbprint, named] = [thumbprintOf('client-ec-p256'), { reason: 'certificateHold' }]
  const issue = () => walk.credentials(client, OWN)
  // Another certificate fills the cache of the registry.
  const fillCache = () => walk.credentials(client, RENEWED)
  await fillCache()
  const measured: Record<string, string> = {}
  const measure = async (name: string, call: () => Promise<unknown>) => (measured[name] = await costs(call))
  await measure('token, first of the certificate', issue)
  const { access } = tokensOf(await issue())
  await measure('token', issue)
  runtime.clock.now = addSeconds(START, 10)
  await fillCache()
  await measure('introspection', () => walk.introspect(access, OWN))
  await measure('token, after the cache', issue)
  await measure('revoke', () => walk.call('/certificate/revoke', { thumbprint, ...named }))
  expect(outcome(await walk.introspect(access, OWN))).toBe('UNAUTHORIZED A057397 invalid_token')
  await measure('introspection, revoked', () => walk.introspect(access, OWN))
  await measure('release', () => walk.call('/certificate/release', { thumbprint }))
  expect(measured).toEqual({
    'token, first of the certificate': '6 + 4',
    token: '0 + 1',
    'token, after the cache': '2 + 1',
    introspection: '2 + 0',
    'introspection, revoked': '2 + 0',
    // The reads of the index for its answer vary with the partitions.
    revoke: expect.stringMatching(/^[23]\d(\.5)? \+ 2$/) as string,
    release: '20 + 2',
  })
})
