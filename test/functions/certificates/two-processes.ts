import { afterAll, beforeEach } from 'vitest'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
import type { RevocationReason } from '../../../shared/store/certificates/revocations.ts'
import { fixedRuntime, START } from '../../support/fixed-runtime.ts'
import { gateway, webApi } from '../../support/gateway.ts'
import { proxiedRuntime } from '../../support/test-runtime.ts'
import { thumbprintOf } from '../../support/vectors.ts'
import { openWalk, type Walk } from '../../support/walk.ts'

/** The certificate `OWN` of a walk. */
export const THUMBPRINT = thumbprintOf('client-ec-p256') as Thumbprint

const OPENID = { supportedScopes: [{ name: 'openid' }, { name: 'read' }] }

/** A walk with a new service for each test, behind a proxy, and another process of the deployment with a cache of its own. */
export async function twoProcesses() {
  const { runtime, proxy } = await proxiedRuntime()
  const engine = { endpoint: proxy.endpoint, close: () => Promise.resolve() }
  const rival = await fixedRuntime(runtime.settings, engine)
  afterAll(rival.close)
  const opened: { walk?: Walk } = {}
  beforeEach(async () => {
    rival.clock.now = START
    opened.walk = await openWalk(runtime, OPENID)
  })
  const walk = () => opened.walk as Walk
  const inRival = () => {
    const { number, serviceId, secrets } = walk()
    const send = gateway({ ...rival, settings: { ...rival.settings, serviceId: number } })
    return { send, ...webApi(send, serviceId, secrets.manage) }
  }
  async function revoke(
    thumbprint = THUMBPRINT,
    reason: RevocationReason = 'keyCompromise',
    more: object = {},
  ) {
    const named = { service: walk().number, named: { thumbprint }, source: 'operator', clients: [] }
    const times = { revokedAt: START, now: START, notedFromStart: true }
    await (await rival.store.certificates()).revoke({ ...named, ...times, reason, ...more })
  }
  async function release(thumbprint = THUMBPRINT) {
    const named = { service: walk().number, named: { thumbprint }, source: 'operator', clients: [] }
    await (await rival.store.certificates()).lift(named)
  }
  return { runtime, proxy, rival, walk, inRival, revoke, release }
}
