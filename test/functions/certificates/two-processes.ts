import { afterAll, beforeEach } from 'vitest'
import type { Thumbprint } from '../../../shared/certificate/thumbprint.ts'
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
  /** Revokes the certificate `OWN` in the other process, through the Web API. */
  const revoke = (members: object = {}) =>
    inRival().call('/certificate/revoke', { thumbprint: THUMBPRINT, reason: 'keyCompromise', ...members })
  const release = (members: object = {}) =>
    inRival().call('/certificate/release', { thumbprint: THUMBPRINT, ...members })
  return { runtime, proxy, rival, walk, inRival, revoke, release }
}
