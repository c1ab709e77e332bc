import { expect, test } from 'vitest'
import { addSeconds } from '../../../shared/epoch-seconds.ts'
import { pass } from '../../support/cutting-proxy.ts'
import { failure } from '../../support/management.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { thumbprintOf } from '../../support/vectors.ts'
import { BASIC, BOUND, openWalk, OWN, RENEWED } from '../../support/walk.ts'

const { runtime, proxy } = await proxiedRuntime()
const walk = await openWalk(runtime)
const client = await walk.addClient(BASIC, BOUND)
const certificates = ['client-ec-p256', 'client-ec-p256-renewed'].map((name) => ({
  thumbprint: thumbprintOf(name),
}))
const HELD = { certificates, reason: 'certificateHold' }

test.each([
  ['revoke', HELD, [false, true], [false, false]],
  ['release', { certificates }, [true, false], [true, true]],
] as const)(
  'a call of certificate/%s that takes too long answers 503, and the next call ends it',
  async (operation, members, between, after) => {
    const [own, renewed] = [await walk.granted(client, OWN), await walk.granted(client, RENEWED)]
    if (operation === 'release') await walk.call('/certificate/revoke', HELD)
    const areActive = async () => [
      (await walk.standard(own.access))['active'],
      (await walk.standard(renewed.access))['active'],
    ]
    proxy.fate = (passing, forward) => {
      if (/^(Put|Update)Item$/.test(passing.operation)) runtime.clock.now = addSeconds(runtime.clock.now, 8)
      return forward()
    }
    const unfinished = await walk.call(`/certificate/${operation}`, members)
    expect(failure(unfinished)).toBe('503 A032191')
    expect(unfinished.headers['retry-after']).toBe('1')
    proxy.fate = pass
    expect(await areActive()).toEqual(between)
    expect((await walk.call(`/certificate/${operation}`, members)).status).toBe(200)
    expect(await areActive()).toEqual(after)
    await walk.call('/certificate/release', { certificates })
  },
)
