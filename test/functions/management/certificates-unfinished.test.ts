import { expect, test } from 'vitest'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
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

test('the tokens of a client end before its notes are erased, also if the erasure breaks off', async () => {
  const { access } = await walk.granted(client, OWN)
  const note = async () =>
    runtime.store.certificates.notes.find(
      walk.number,
      client.number,
      thumbprintOf('client-ec-p256') as Thumbprint,
    )
  const erase = () => walk.v3('DELETE', `/client/certificates/delete/${client.id}`)
  proxy.fate = (passing, forward) =>
    passing.operation === 'DeleteItem' ? Promise.resolve(undefined) : forward()
  expect((await erase()).status).toBe(503)
  proxy.fate = pass
  expect(await note()).toBeDefined()
  expect(await walk.standard(access)).toEqual({ active: false })
  expect((await erase()).status).toBe(204)
  expect(await note()).toBeUndefined()
})
